package flashsale.local;

import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Row;
import flashsale.local.SelloutOptions.WrongArguments;
import flashsale.model.UserId;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * {@code scripts/sellout}: sells an activity out in a running system, as shoppers would, and checks
 * what they were told against every book.
 *
 * <p>Speaks HTTP only; Postgres is read, where its address is known, when the sale is over. Exit
 * codes: see {@link SelloutOptions#USAGE}.
 */
public final class Sellout {
  private static final int OK = 0;
  private static final int VIOLATED = 1;
  private static final int WRONG_ARGUMENTS = 2;
  private static final int NOT_REACHABLE = 3;
  private static final Duration CREATE_WITHIN = Duration.ofSeconds(20);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** There is no system that would take the sale; the message says what to do. */
  private static final class NotReachable extends Exception {
    NotReachable(String message) {
      super(message);
    }
  }

  /**
   * Bounds of a run.
   *
   * @param catchUp how long the books may take to come to rest when the sale is over
   */
  record Limits(SelloutSale.Limits sale, Duration catchUp) {
    static final Limits DEFAULT =
        new Limits(
            new SelloutSale.Limits(Duration.ofMinutes(10), Duration.ofSeconds(15), 200),
            Duration.ofSeconds(20));
  }

  private final SelloutOptions options;
  private final SelloutTarget target;
  private final Limits limits;
  private final PrintStream out;

  private Sellout(SelloutOptions options, SelloutTarget target, Limits limits, PrintStream out) {
    this.options = options;
    this.target = target;
    this.limits = limits;
    this.out = out;
  }

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(Limits.DEFAULT, System.out, System.err, args));
  }

  /** The whole program but for the end of the process; returns the exit code. */
  static int run(Limits limits, PrintStream out, PrintStream err, String... args)
      throws InterruptedException {
    if (List.of(args).contains("--help")) {
      out.println(SelloutOptions.USAGE);
      return OK;
    }
    try {
      SelloutOptions options = SelloutOptions.parse(args);
      return new Sellout(options, SelloutTarget.of(options), limits, out).sellAndCheck();
    } catch (WrongArguments e) {
      err.println("sellout: " + e.getMessage());
      return WRONG_ARGUMENTS;
    } catch (NotReachable e) {
      err.println("sellout: " + e.getMessage());
      return NOT_REACHABLE;
    }
  }

  private int sellAndCheck() throws InterruptedException, NotReachable {
    String activityId = "sellout-" + STAMP.format(Instant.now());
    create(activityId);
    out.printf(
        Locale.ROOT,
        "%s: %,d units, %,d shoppers, %d at once, %s%n",
        activityId,
        options.stock(),
        options.shoppers(),
        options.concurrency(),
        target.urls());
    SelloutHistory history = books(activityId, sell(activityId));
    out.println();
    out.print(SelloutReport.of(history));
    List<String> violations = SelloutCheck.violationsIn(history);
    if (violations.isEmpty()) {
      out.println("OK: every check held");
      return OK;
    }
    out.println("FAILED:");
    violations.forEach(violation -> out.println("  - " + violation));
    return VIOLATED;
  }

  private void create(String activityId) throws NotReachable, InterruptedException {
    URI url = target.urls().getFirst();
    String json =
        "{\"activityId\":\"%s\",\"title\":\"Sell-out of %d units\",\"stock\":%d}"
            .formatted(activityId, options.stock(), options.stock());
    long deadlineNs = System.nanoTime() + CREATE_WITHIN.toNanos();
    try (SelloutHttp connection = new SelloutHttp(url)) {
      while (true) {
        SelloutHttp.Reply reply =
            connection.exchange(
                "POST", "/v1/admin/activities", opsToken(), json, limits.sale.answerWithin());
        if (reply.status() == 201 || reply.status() == 200) {
          return;
        }
        if (reply.status() != 503 || System.nanoTime() > deadlineNs) {
          throw new NotReachable(
              url + " does not create an activity: HTTP " + reply.status() + " " + reply.body());
        }
        Thread.sleep(TimeUnit.SECONDS.toMillis(Math.clamp(reply.retryAfterS(), 1, 5)));
      }
    } catch (IOException e) {
      throw new NotReachable(
          "no answer from "
              + url
              + " ("
              + e.getMessage()
              + "); start the system with scripts/run, or name another one with --url");
    }
  }

  private List<SelloutHistory.Shopper> sell(String activityId) throws InterruptedException {
    List<String> users =
        IntStream.rangeClosed(1, options.shoppers()).mapToObj(i -> "shopper-" + i).toList();
    SelloutSale sale =
        new SelloutSale(
            activityId, users, user -> Token.of(new UserId(user), List.of()), limits.sale);
    long startNs = System.nanoTime();
    CountDownLatch done = sale.start(target.urls(), options.concurrency());
    boolean terminal = isTerminal();
    while (!done.await(1, TimeUnit.SECONDS)) {
      showProgress(sale.progress(), startNs, terminal);
    }
    showProgress(sale.progress(), startNs, terminal);
    if (terminal) {
      out.println();
    }
    return sale.shoppers();
  }

  private void showProgress(SelloutSale.Progress progress, long startNs, boolean terminal) {
    String line =
        String.format(
            Locale.ROOT,
            "%5.1f s   confirmed %,d   refused %,d   requests %,d   retries %,d",
            (System.nanoTime() - startNs) / 1e9,
            progress.confirmed(),
            progress.refused(),
            progress.requests.sum(),
            progress.retries.sum());
    if (terminal) {
      out.print("\r" + line + "   ");
      out.flush();
    } else {
      out.println(line);
    }
  }

  private SelloutHistory books(String activityId, List<SelloutHistory.Shopper> shoppers)
      throws InterruptedException {
    long buyers = shoppers.stream().filter(shopper -> shopper.firstHas() != null).count();
    Proof proof =
        SelloutBooks.proof(target.urls().getFirst(), activityId, opsToken(), limits.catchUp);
    SelloutTarget.Postgres postgres = target.postgres();
    List<Row> rows =
        postgres == null ? null : SelloutBooks.rows(postgres, activityId, buyers, limits.catchUp);
    if (postgres != null && rows == null) {
      out.println("Postgres could not be read at " + postgres + "; the proof's word has to do");
    }
    return new SelloutHistory(options.stock(), shoppers, rows, proof);
  }

  private String opsToken() {
    return Token.of(new UserId("ops"), List.of("ops"));
  }

  /** Standard output is a terminal: the progress may rewrite its own line. Elsewhere: no. */
  private static boolean isTerminal() {
    try {
      String standardOutput = new File("/proc/self/fd/1").getCanonicalPath();
      return standardOutput.startsWith("/dev/pts/") || standardOutput.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }
}
