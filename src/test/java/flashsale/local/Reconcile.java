package flashsale.local;

import flashsale.local.ReconcileClient.NoAnswer;
import flashsale.local.SelloutOptions.WrongArguments;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * {@code scripts/reconcile}: compares every activity's three books and says who is right; on demand
 * it has a Redis that is wrong rebuilt.
 *
 * <p>Speaks HTTP only, so it works on any system that it is given an operator's token for. Exit
 * codes: see {@link ReconcileOptions#USAGE}.
 */
public final class Reconcile {
  static final Duration POLL = Duration.ofMillis(250);
  private static final int OK = 0;
  private static final int DIFFERS = 1;
  private static final int WRONG_ARGUMENTS = 2;
  private static final int NO_ANSWER = 3;

  /** Books that are read one after the other may seem to differ for a moment. */
  private static final int READINGS_MAX = 3;

  /**
   * Bounds of a run.
   *
   * @param answer how long a system that says "try again" is asked again
   * @param repair how long a rebuild may take
   */
  record Limits(Duration answer, Duration repair) {
    static final Limits DEFAULT = new Limits(Duration.ofSeconds(30), Duration.ofMinutes(2));
  }

  private final ReconcileClient client;
  private final boolean repair;
  private final Limits limits;
  private final PrintStream out;
  private int alike;
  private int selling;
  private int repaired;
  private int different;

  private Reconcile(ReconcileClient client, boolean repair, Limits limits, PrintStream out) {
    this.client = client;
    this.repair = repair;
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
      out.println(ReconcileOptions.USAGE);
      return OK;
    }
    try {
      ReconcileOptions options = ReconcileOptions.parse(args);
      URI url =
          options.url() != null && options.state() == null
              ? options.url()
              : SelloutTarget.of(options.url(), options.state()).urls().getFirst();
      String given = options.token();
      String token = given == null ? Token.of(new UserId("ops"), List.of("ops")) : given;
      try (ReconcileClient client = new ReconcileClient(url, token, limits.answer)) {
        return new Reconcile(client, options.repair(), limits, out).all(options);
      }
    } catch (WrongArguments e) {
      err.println("reconcile: " + e.getMessage());
      return WRONG_ARGUMENTS;
    } catch (NoAnswer e) {
      err.println("reconcile: " + e.getMessage());
      return NO_ANSWER;
    }
  }

  private int all(ReconcileOptions options) throws NoAnswer, InterruptedException {
    ActivityId one = options.activity();
    List<String> activities = one == null ? client.activities() : List.of(one.value());
    for (String activity : activities) {
      reconcile(activity);
    }
    out.printf(
        Locale.ROOT,
        "%,d activities: %,d ok, %,d selling, %,d repaired, %,d different%n",
        activities.size(),
        alike,
        selling,
        repaired,
        different);
    return different == 0 ? OK : DIFFERS;
  }

  private void reconcile(String activity) throws NoAnswer, InterruptedException {
    ReconcileProof proof = settledProof(activity);
    out.println(activity + "  " + proof.told());
    if (!proof.differs()) {
      alike += proof.atRest() ? 1 : 0;
      selling += proof.atRest() ? 0 : 1;
    } else if (repair && proof.redisIsWrong()) {
      repair(activity);
    } else {
      different++;
    }
  }

  /** What differs must differ each time it is looked at. */
  private ReconcileProof settledProof(String activity) throws NoAnswer, InterruptedException {
    ReconcileProof proof = client.proof(activity);
    for (int reading = 1; proof.differs() && reading < READINGS_MAX; reading++) {
      Thread.sleep(POLL.toMillis());
      proof = client.proof(activity);
    }
    return proof;
  }

  private void repair(String activity) throws NoAnswer, InterruptedException {
    client.repair(activity);
    long deadlineNs = System.nanoTime() + limits.repair.toNanos();
    ReconcileProof proof = client.proof(activity);
    while (!isRepaired(proof) && System.nanoTime() < deadlineNs) {
      Thread.sleep(POLL.toMillis());
      proof = client.proof(activity);
    }
    boolean done = isRepaired(proof);
    out.println(activity + "  " + (done ? "repaired; " : "NOT repaired; ") + proof.told());
    repaired += done ? 1 : 0;
    different += done && !proof.differs() ? 0 : 1;
  }

  /** While an epoch is being opened nobody says anything about Redis. */
  private static boolean isRepaired(ReconcileProof proof) {
    return proof.live() && !proof.redisIsWrong();
  }
}
