package flashsale.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.activity.ActivityActor;
import flashsale.activity.ActivityShards;
import flashsale.activity.InTurn;
import flashsale.activity.Rehearsal;
import flashsale.config.Settings;
import flashsale.grpc.InventoryService;
import flashsale.model.Partitions;
import flashsale.model.SlewedClock;
import flashsale.projection.Database;
import flashsale.projection.JdbcCatalog;
import flashsale.projection.JdbcRecoverySource;
import flashsale.projection.Reads;
import flashsale.saleslog.KafkaSalesLog;
import flashsale.stock.RedisStock;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.GetProofRequest;
import flashsale.v1.Inventory;
import flashsale.v1.Product;
import flashsale.v1.Proof;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.jspecify.annotations.Nullable;

/**
 * An inventory node without doors: the parts of {@code flashsale.Node} in that role, in a cluster
 * of its own, on the servers that the environment names. Its claims come from inside, so many at a
 * time, each by a new shopper. Somebody else stores the rows.
 *
 * <p>A process of its own; the argument is the port at which it is told what to do:
 *
 * <ul>
 *   <li>{@code /open/ACTIVITY/STOCK} creates it and sells one unit, to shopper 0
 *   <li>{@code /sell/ACTIVITY/FROM/TO/MS} sells to these shoppers, for so long at most; answers
 *       with {@link Sold}
 *   <li>{@code /proof/ACTIVITY} answers with nothing when the books are equal and at rest, else
 *       with what they say
 * </ul>
 */
public final class CoreNode {
  /** Claims under way. */
  private static final int WINDOW = 8192;

  private static final Duration OPENS_WITHIN = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Inventory inventory;

  private CoreNode(Inventory inventory) {
    this.inventory = inventory;
  }

  /**
   * What came of a sale.
   *
   * @param others claims that were answered otherwise, or not
   */
  record Sold(long confirmed, long others, double seconds) {
    static Sold parse(String text) {
      String[] parts = text.split(" ", -1);
      return new Sold(
          Long.parseLong(parts[0]), Long.parseLong(parts[1]), Double.parseDouble(parts[2]));
    }

    String text() {
      return confirmed + " " + others + " " + seconds;
    }
  }

  public static void main(String[] args) throws Exception {
    Config config = ConfigFactory.load();
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "core", config);
    CoreNode node = new CoreNode(inventory(system, Settings.strictlyFrom(config)));
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    HttpServer control = HttpServer.create(address, 1);
    control.createContext(
        "/",
        exchange -> {
          String answer;
          int status = 200;
          try {
            answer = node.done(exchange.getRequestURI().getPath().split("/", -1));
          } catch (Exception e) {
            answer = e.toString();
            status = 500;
          }
          byte[] body = (answer + "\n").getBytes(UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    control.start();
  }

  private static Inventory inventory(ActorSystem<?> system, Settings settings) {
    RedisStock stock = RedisStock.connect(settings.redis(), system);
    SlewedClock clock = SlewedClock.ofThisMachine();
    KafkaSalesLog salesLog = KafkaSalesLog.create(settings.kafka(), clock);
    Database books =
        Database.create(settings.postgres(), "core-books", settings.postgres().connectionsMax());
    Database reads =
        Database.create(
            settings.postgres(), "core-reads", settings.postgres().readConnectionsMax());
    Partitions partitions = new Partitions(settings.kafka().partitions());
    ActivityActor.Surroundings around =
        new ActivityActor.Surroundings(
            clock,
            stock,
            salesLog,
            new JdbcRecoverySource(books, partitions),
            new JdbcCatalog(books),
            new InTurn(settings.activity().rebuildsAtOnceMax()),
            settings.activity());
    ActivityShards.start(system, partitions, around);
    InventoryService service =
        new InventoryService(system, stock, new Reads(reads), settings.grpc());
    Rehearsal.hold(system, around, salesLog.open()).toCompletableFuture().join();
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    return service;
  }

  private String done(String[] words) throws InterruptedException {
    return switch (words[1]) {
      case "open" -> open(words[2], Long.parseLong(words[3]));
      case "sell" ->
          new Sale(words[2], Long.parseLong(words[3]), Long.parseLong(words[4]))
              .run(Duration.ofMillis(Long.parseLong(words[5])))
              .text();
      case "proof" -> differences(words[2]);
      default -> "ready";
    };
  }

  /** The node may just have started: asked again until it sells. */
  private String open(String activity, long stock) throws InterruptedException {
    CreateActivityRequest create =
        CreateActivityRequest.newBuilder()
            .setActivityId(activity)
            .setTitle("Bench")
            .setProduct(Product.newBuilder().setCurrency("CNY"))
            .setStock(stock)
            .build();
    long deadlineNs = System.nanoTime() + OPENS_WITHIN.toNanos();
    while (true) {
      String why;
      try {
        ChangeActivityReply created = inventory.createActivity(create).toCompletableFuture().join();
        ClaimReply first = claim(activity, 0).join();
        if (first.hasConfirmed() || first.hasAlreadyPurchased()) {
          return "open";
        }
        why = created.getOutcomeCase() + ", then " + first.getOutcomeCase();
      } catch (CompletionException e) {
        why = String.valueOf(e.getCause());
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new IllegalStateException(activity + ": " + why + " (expected: it opens)");
      }
      Thread.sleep(PAUSE.toMillis());
    }
  }

  private CompletableFuture<ClaimReply> claim(String activity, long shopper) {
    ClaimRequest request =
        ClaimRequest.newBuilder()
            .setActivityId(activity)
            .setUserId("core-shopper-" + shopper)
            .setQuantity(1)
            .build();
    return inventory.claim(request).toCompletableFuture();
  }

  private String differences(String activity) {
    GetProofRequest request = GetProofRequest.newBuilder().setActivityId(activity).build();
    Proof proof = inventory.getProof(request).toCompletableFuture().join().getProof();
    return proof.getConsistent() && proof.getAtRest() ? "" : proof.toString().replace('\n', ' ');
  }

  /** To new shoppers, one after the other: each answer lets the next one claim. */
  private final class Sale {
    private final String activity;
    private final long to;
    private final AtomicLong next;
    private final AtomicLong confirmed = new AtomicLong();
    private final AtomicLong others = new AtomicLong();
    private final AtomicInteger selling = new AtomicInteger(WINDOW);
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile long deadlineNs;

    Sale(String activity, long from, long to) {
      this.activity = activity;
      this.to = to;
      this.next = new AtomicLong(from);
    }

    /** Returns when the last claim is answered. */
    Sold run(Duration atMost) {
      long startNs = System.nanoTime();
      deadlineNs = startNs + atMost.toNanos();
      for (int i = 0; i < WINDOW; i++) {
        claimNext();
      }
      over.join();
      return new Sold(confirmed.get(), others.get(), (System.nanoTime() - startNs) / 1e9);
    }

    private void claimNext() {
      long shopper = next.getAndIncrement();
      if (shopper >= to || System.nanoTime() - deadlineNs >= 0) {
        end();
      } else {
        var unused = claim(activity, shopper).whenComplete(this::onReply);
      }
    }

    /** After a wrong answer nobody follows: they may come at once, one inside the other. */
    private void onReply(@Nullable ClaimReply reply, @Nullable Throwable failure) {
      if (reply != null && reply.hasConfirmed()) {
        confirmed.incrementAndGet();
        claimNext();
      } else {
        others.incrementAndGet();
        end();
      }
    }

    private void end() {
      if (selling.decrementAndGet() == 0) {
        over.complete(null);
      }
    }
  }
}
