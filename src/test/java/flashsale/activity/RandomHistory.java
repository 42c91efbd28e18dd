package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;
import flashsale.ledger.Ledger;
import flashsale.model.UserId;
import flashsale.stock.RedisBook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One story of a sale in which everything goes wrong, by a seed: shoppers who do not give up, up to
 * three actors at once, whatever can happen to them and around them, and then peace.
 *
 * <p>In peace everything in doubt must resolve, and what is left must be sold.
 */
final class RandomHistory {
  /** What happens; counted, so that a test can see that all of it did. */
  enum Event {
    ACTOR_KILLED,
    ACTOR_PAUSED,
    ACTOR_DRAINED,
    SECOND_ACTOR,
    TAIL_STALLED,
    TAIL_FAILED,
    REDIS_WIPED,
    REDIS_REWOUND,
    REDIS_OTHER_EPOCH,
    REDIS_EDITED,
    PROJECTION_STOPPED,
    POSTGRES_LOST_COMMITS,
    CALLS_FAIL,
    STOCK_SET,
    SALE_PAUSED,
    SALE_CLOSED
  }

  /** Small, so that every limit is met. */
  private static final ActivityLimits LIMITS =
      new ActivityLimits(
          12,
          Duration.ofSeconds(3),
          3,
          2,
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          Duration.ofSeconds(2),
          3,
          Duration.ofSeconds(10));

  private static final long CHAOS_MS = 20_000;
  private static final long CALM_MS = 15_000;
  private static final long DEMAND_MS = 60_000;
  private static final long PATIENCE_MS = 4_000;
  private static final int ACTORS_MAX = 3;
  private static final int STOCK_MAX = 8;

  private final Random random;
  private final RandomFates fates;
  private final World world;
  private final Map<Event, Integer> events = new EnumMap<>(Event.class);
  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<Runnable> replicas = new ArrayList<>();
  private final boolean closesByClock;
  private boolean peace;
  private long highestStock;

  /** Somebody who asks until there is nothing more to be had. */
  private final class Shopper {
    private final String name;
    private @Nullable Request last;

    Shopper(String name) {
      this.name = name;
    }

    void act() {
      Request asked = last;
      boolean waits =
          asked != null
              && asked.node.isAlive()
              && !asked.isAnswered()
              && world.now() - asked.askedAtMs < PATIENCE_MS;
      if (!waits && !isServed()) {
        ask();
      }
      world.in(50 + random.nextInt(1_500), this::act);
    }

    /** In peace whoever has a final answer rests; before, some buyers ask again all the same. */
    private boolean isServed() {
      return isAnsweredForGood() && (peace || random.nextInt(4) != 0);
    }

    private void ask() {
      Node node = route();
      if (random.nextInt(4) == 0) {
        last = node.findPurchase(name);
      } else {
        last = node.claim(name);
      }
      if (random.nextInt(8) == 0) {
        route().claim(name);
      }
    }

    boolean isAnsweredForGood() {
      if (last == null || !last.isAnswered()) {
        return false;
      }
      Answer answer = last.answer();
      return answer instanceof Answer.Confirmed
          || answer instanceof Answer.AlreadyPurchased
          || answer instanceof Answer.SoldOut
          || answer instanceof Answer.Closed;
    }
  }

  RandomHistory(long seed) {
    random = new Random(seed);
    // The first numbers of neighbouring seeds are alike.
    random.nextLong();
    fates = new RandomFates(random);
    world = new World(LIMITS, fates);
    highestStock = 1L + random.nextInt(STOCK_MAX);
    closesByClock = random.nextInt(10) == 0;
    world.with(
        World.activity(
            highestStock,
            random.nextInt(4) == 0 ? Instant.ofEpochMilli(World.START_MS + 3_000) : null,
            closesByClock ? Instant.ofEpochMilli(World.START_MS + 17_000) : null));
    int count = 2 + random.nextInt(STOCK_MAX + 4);
    for (int i = 0; i < count; i++) {
      shoppers.add(new Shopper("s" + i));
    }
  }

  World world() {
    return world;
  }

  Map<Event, Integer> events() {
    return events;
  }

  void run() {
    double[] troubles = {0, 0.02, 0.1, 0.3};
    fates.trouble(troubles[random.nextInt(troubles.length)]);
    shoppers.forEach(shopper -> world.in(random.nextInt(5_000), shopper::act));
    long everyMs = 200L + random.nextInt(4_000);
    long endMs = world.now() + CHAOS_MS;
    while (world.now() < endMs) {
      world.runFor(1 + random.nextInt((int) everyMs));
      happen(Event.values()[random.nextInt(Event.values().length)]);
    }
    makePeace();
    check();
  }

  private Node route() {
    List<Node> alive = world.alive();
    if (alive.isEmpty()) {
      return startActor();
    }
    boolean stale = !peace && random.nextInt(4) == 0;
    return stale ? alive.get(random.nextInt(alive.size())) : alive.getLast();
  }

  private Node startActor() {
    return world.start(random.nextInt(1_001) - 500);
  }

  private void happen(Event event) {
    List<Node> alive = world.alive();
    Node node = alive.isEmpty() ? startActor() : alive.get(random.nextInt(alive.size()));
    boolean happened = true;
    switch (event) {
      case ACTOR_KILLED -> node.kill();
      case ACTOR_PAUSED -> node.pauseFor(100 + random.nextInt(8_000));
      case ACTOR_DRAINED -> node.drain();
      case SECOND_ACTOR -> {
        happened = alive.size() < ACTORS_MAX;
        if (happened) {
          startActor();
        }
      }
      case TAIL_STALLED -> node.stallTailFor(100 + random.nextInt(12_000));
      case TAIL_FAILED -> node.failTail(false);
      case REDIS_WIPED -> world.redis.wipe();
      case REDIS_REWOUND -> {
        happened = !replicas.isEmpty();
        if (happened) {
          replicas.get(random.nextInt(replicas.size())).run();
        }
      }
      case REDIS_OTHER_EPOCH ->
          world.redis.setEpoch(Math.max(1, world.log.ledger().epoch() + random.nextInt(5) - 2));
      case REDIS_EDITED -> {
        if (random.nextBoolean()) {
          world.redis.addLeft(random.nextBoolean() ? 1 : -1);
        } else {
          world.redis.addBuyer(new UserId("s" + random.nextInt(shoppers.size())));
        }
      }
      case PROJECTION_STOPPED -> {
        world.stopProjection();
        world.in(random.nextInt(8_000), world::startProjection);
      }
      case POSTGRES_LOST_COMMITS -> happened = loseCommits();
      case CALLS_FAIL -> {
        fates.trouble(0.9);
        world.in(random.nextInt(3_000), () -> fates.trouble(peace ? 0 : 0.05));
      }
      case STOCK_SET -> {
        long stock = 1L + random.nextInt(STOCK_MAX);
        highestStock = Math.max(highestStock, stock);
        node.setStock(stock);
      }
      case SALE_PAUSED -> {
        node.pause();
        world.in(random.nextInt(2_000), () -> route().resume());
      }
      case SALE_CLOSED -> {
        happened = random.nextInt(10) == 0;
        if (happened) {
          node.close();
        }
      }
    }
    if (happened) {
      world.note(node, event);
      events.merge(event, 1, Integer::sum);
    }
    replicas.add(world.redis.snapshot());
  }

  /** A standby without the last commits takes over; seldom, because it is the worst. */
  private boolean loseCommits() {
    if (random.nextInt(3) != 0) {
      return false;
    }
    world.postgres.loseLast(random.nextInt(4));
    if (world.journal.lastSeqNr() > 1) {
      world.journal.loseLast();
    }
    return true;
  }

  private void makePeace() {
    peace = true;
    fates.trouble(0);
    world.startProjection();
    world.runFor(CALM_MS);
    if (events.containsKey(Event.POSTGRES_LOST_COMMITS)) {
      // Who goes on after a failover holds a journal that is not there any more, and misses what
      // another actor wrote in its place. No order depends on it, but the stock on sale does.
      world.alive().forEach(Node::kill);
    }
    resume();
    // SOLD OUT was final for the stock of that time only.
    shoppers.forEach(shopper -> shopper.last = null);
    world.runFor(DEMAND_MS);
    // Somebody has to ask, or nobody would notice what happened to Redis last.
    route().findPurchase("nobody");
    world.runFor(PATIENCE_MS);
  }

  /** Asks until it is done, as an operator would. */
  private void resume() {
    Request resume = route().resume();
    world.in(
        PATIENCE_MS,
        () -> {
          if (!resume.isAnswered() || resume.answer() instanceof Answer.TryAgain) {
            resume();
          }
        });
  }

  private void check() {
    world.promises().checkAtTheEnd();
    boolean lostCommits = events.containsKey(Event.POSTGRES_LOST_COMMITS);
    if (!events.containsKey(Event.STOCK_SET)) {
      world.promises().checkNobodyBoughtAfter(Answer.SoldOut.class);
    }
    if (!closesByClock && !lostCommits) {
      world.promises().checkNobodyBoughtAfter(Answer.Closed.class);
    }
    Ledger ledger = world.log.ledger();
    require(ledger.sold() <= highestStock, "sold more than there ever was: " + ledger);
    for (Shopper shopper : shoppers) {
      require(shopper.isAnsweredForGood(), shopper.name + " has no final answer: " + shopper.last);
    }
    for (Request request : world.promises().requests()) {
      boolean died = !request.node.isAlive() && request.node.stopped() == null;
      require(request.isAnswered() || !request.wasTaken() || died, "no answer: " + request);
    }
    require(world.postgres.ledger().equals(ledger), "Postgres: " + world.postgres.ledger());
    boolean closed = shoppers.stream().anyMatch(RandomHistory::wasToldClosed);
    if (!closed) {
      require(
          ledger.sold() == Math.min(ledger.stock(), shoppers.size()),
          shoppers.size() + " shoppers, but " + ledger);
      RedisBook book =
          new RedisBook(
              ledger.epoch(), ledger.seq(), ledger.stock() - ledger.sold(), ledger.sold());
      require(book.equals(world.redis.now()), "Redis: " + world.redis.now() + ", " + ledger);
    }
  }

  private static boolean wasToldClosed(Shopper shopper) {
    return shopper.last != null && shopper.last.answer() instanceof Answer.Closed;
  }

  private static void require(boolean holds, String why) {
    if (!holds) {
      throw new AssertionError(why);
    }
  }
}
