package flashsale.chaos;

import flashsale.chaos.ChaosOptions.WrongArguments;
import flashsale.local.Machine;
import flashsale.local.RunningStack;
import flashsale.local.Token;
import flashsale.local.Trees;
import flashsale.model.UserId;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code scripts/chaos}: breaks the running system in every way there is, while it sells, and
 * checks what shoppers were told against every book.
 *
 * <p>Exit codes: see {@link ChaosOptions#USAGE}.
 */
public final class Chaos {
  private static final int OK = 0;
  private static final int VIOLATED = 1;
  private static final int WRONG_ARGUMENTS = 2;

  /** A quick run stands beside other tests on a machine that others use too. */
  private static final int LENIENCY = 5;

  private static final int ATTEMPTS_MAX = 3;

  /** More shoppers than units, so that everything is sold and somebody goes without. */
  private static final double SHOPPERS_PER_UNIT = 1.3;

  private static final Crowd.Pace PACE = new Crowd.Pace(96, 300, Duration.ofSeconds(15));

  /** Six processes of ours on a small machine: a question costs several times as much. */
  private static final Crowd.Pace PACE_OF_CLUSTER = new Crowd.Pace(96, 100, Duration.ofSeconds(15));

  private final ChaosOptions options;
  private final List<Fault> faults;
  private final Path directory;
  private final PrintStream out;
  private final List<Crowd.Guest> guests;
  private final String opsToken = Token.of(new UserId("ops"), List.of("ops"));
  private @Nullable ChaosSystem system;
  private @Nullable String notStruck;
  private int systems;
  private int sales;

  private Chaos(ChaosOptions options, List<Fault> faults, Path directory, PrintStream out) {
    this.options = options;
    this.faults = faults;
    this.directory = directory;
    this.out = out;
    this.guests =
        IntStream.rangeClosed(1, (int) (options.stock() * SHOPPERS_PER_UNIT))
            .mapToObj(i -> "shopper-" + i)
            .map(user -> new Crowd.Guest(user, Token.of(new UserId(user), List.of())))
            .toList();
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(System.getProperty(ChaosCluster.DIRECTORY, "target/chaos"));
    boolean here =
        System.getProperty(Namespaces.OWN) != null || !List.of(args).contains("--cluster");
    System.exit(
        here
            ? run(directory, System.out, System.err, args)
            : ChaosCluster.run(directory, System.out, args));
  }

  /** The whole program but for the end of the process; returns the exit code. */
  static int run(Path directory, PrintStream out, PrintStream err, String... args)
      throws IOException, InterruptedException {
    if (List.of(args).contains("--help")) {
      out.println(ChaosOptions.USAGE);
      return OK;
    }
    try {
      ChaosOptions options = ChaosOptions.parse(args);
      List<Fault> faults =
          options.chosen(options.cluster() ? ClusterFaults.all() : FaultList.all());
      if (options.list()) {
        faults.forEach(fault -> out.println(listed(fault)));
        return OK;
      }
      return new Chaos(options, faults, directory, out).strikeAll();
    } catch (WrongArguments e) {
      err.println("chaos: " + e.getMessage());
      return WRONG_ARGUMENTS;
    }
  }

  private static String listed(Fault fault) {
    return fault.name() + fault.missing().map(what -> "   (needs " + what + ")").orElse("");
  }

  private int strikeAll() throws IOException, InterruptedException {
    Trees.delete(directory);
    Files.createDirectories(directory);
    ChaosReport report =
        new ChaosReport(
            Machine.where(),
            faults,
            options.wanted().isEmpty() && !options.quick() && !options.cluster(),
            options.quick() ? LENIENCY : 1);
    Thread stop = new Thread(this::stopSystem, "stop-chaos");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      for (Fault fault : faults) {
        if (fault.missing().isPresent()) {
          out.println(fault.name() + ": skipped: needs " + fault.missing().get());
          continue;
        }
        int times = Math.min(options.times(), fault.timesMax());
        for (int time = 1; time <= times; time++) {
          RoundResult result = strike(fault);
          report.add(result);
          out.println(fault.name() + " (" + time + "/" + times + "): " + line(result));
          result.violations().forEach(violation -> out.println("  - " + violation));
          Files.writeString(directory.resolve("report.md"), report.markdown());
        }
      }
    } finally {
      stopSystem();
      Runtime.getRuntime().removeShutdownHook(stop);
    }
    out.println();
    out.print(report.markdown());
    boolean held = report.violations() == 0 && report.figuresAreMet();
    out.println(held ? "OK: every check held" : "FAILED");
    return held ? OK : VIOLATED;
  }

  private static String line(RoundResult result) {
    Duration recovery = result.recovery();
    return String.format(
        Locale.ROOT,
        "%,d confirmed, %,d in doubt, %,d requests, away %s, selling again after %s%s%s",
        result.confirmed(),
        result.inDoubt(),
        result.requests(),
        ChaosReport.seconds(result.away()),
        recovery == null ? "–" : ChaosReport.seconds(recovery),
        result.refusedP99Ms() == null
            ? ""
            : String.format(Locale.ROOT, ", refused within %.0f ms (p99)", result.refusedP99Ms()),
        result.violations().isEmpty() ? "" : "   VIOLATED");
  }

  /** One round that counts; where the fault did no harm the sale is repeated. */
  private RoundResult strike(Fault fault) throws InterruptedException {
    for (int attempt = 1; true; attempt++) {
      sales++;
      RoundResult result = strikeOnce(fault);
      String why = notStruck;
      if (why == null || !result.violations().isEmpty()) {
        return result;
      }
      if (attempt == ATTEMPTS_MAX) {
        return RoundResult.brokenOff(fault.name(), "the fault did no harm: " + why);
      }
      out.println(fault.name() + ": repeated, because " + why);
    }
  }

  private Crowd.Pace pace() {
    return options.cluster() ? PACE_OF_CLUSTER : PACE;
  }

  /** A system in which something was wrong is kept as evidence, and not used again. */
  private RoundResult strikeOnce(Fault fault) throws InterruptedException {
    String activityId = "chaos-" + sales + "-" + ChaosFiles.slug(fault.name());
    notStruck = null;
    RoundResult result;
    ChaosHistory history = null;
    try {
      ChaosSystem running = running(ChaosSystem.Shape.of(fault));
      ChaosRound.Outcome outcome =
          new ChaosRound(running, ChaosRound.Limits.DEFAULT, guests, options.stock(), pace())
              .run(fault, activityId, opsToken);
      result = outcome.result();
      history = outcome.history();
      notStruck = outcome.notStruck();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      result = RoundResult.brokenOff(fault.name(), "the round was broken off: " + e);
    }
    if (!result.violations().isEmpty()) {
      stopSystem();
      ChaosFiles.keepEvidence(
          directory.resolve("evidence-" + activityId),
          RunningStack.logs(directory.resolve("system-" + systems)),
          history,
          result);
    }
    return result;
  }

  /** The one that runs, if it is as wanted; else another one. */
  private synchronized ChaosSystem running(ChaosSystem.Shape shape) throws IOException {
    ChaosSystem now = system;
    if (now != null && !now.shape().equals(shape)) {
      stopSystem();
      now = null;
    }
    if (now == null) {
      now = started(shape);
      system = now;
    }
    return now;
  }

  /** Nothing is broken yet: a machine that was too busy for the start is given a second chance. */
  private ChaosSystem started(ChaosSystem.Shape shape) throws IOException {
    systems++;
    try {
      return ChaosSystem.start(directory.resolve("system-" + systems), shape);
    } catch (CompletionException e) {
      out.println("the system did not start and is started again: " + e.getMessage());
      systems++;
      return ChaosSystem.start(directory.resolve("system-" + systems), shape);
    }
  }

  private synchronized void stopSystem() {
    ChaosSystem now = system;
    system = null;
    if (now != null) {
      now.close();
    }
  }
}
