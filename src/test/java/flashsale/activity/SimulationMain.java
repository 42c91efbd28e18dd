package flashsale.activity;

import flashsale.activity.Simulation.Told;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** {@code scripts/simulate}: tells many histories, or one at length. */
public final class SimulationMain {
  private static final long PROGRESS_EVERY_MS = 2_000;

  private final PrintStream out;
  private final PrintStream err;

  SimulationMain(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String... args) {
    Locale.setDefault(Locale.ROOT);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(new SimulationMain(out, err).run(args));
  }

  /** Returns the exit code. */
  int run(String... args) {
    if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
      out.println(SimulationOptions.USAGE);
      return 0;
    }
    SimulationOptions options;
    try {
      options = SimulationOptions.parse(args);
    } catch (SimulationOptions.WrongArguments e) {
      err.println("simulate: " + e.getMessage());
      return 2;
    }
    Plan replay = options.replay();
    return replay == null ? tellMany(options) : tellOne(replay);
  }

  private int tellOne(Plan plan) {
    Told told = Simulation.tell(plan);
    told.lines().forEach(out::println);
    out.printf("history hash %016x, %d faults%n", told.hash(), told.faults().size());
    if (told.violation() == null) {
      out.println("every promise was kept");
      return 0;
    }
    out.println("VIOLATION " + told.violation());
    return 1;
  }

  private int tellMany(SimulationOptions options) {
    int threads = Runtime.getRuntime().availableProcessors();
    SimulationRun run =
        new SimulationRun(options.profiles(), options.firstSeed(), options.histories());
    long begunMs = System.nanoTime() / 1_000_000;
    Thread progress = new Thread(() -> showProgress(run, options.histories()), "progress");
    progress.setDaemon(true);
    progress.start();
    run.run(threads);
    progress.interrupt();
    double seconds = Math.max(1, System.nanoTime() / 1_000_000 - begunMs) / 1_000.0;
    out.println("faults by kind:");
    out.print(run.table());
    out.printf(
        "%,d seeds in %.1f s (%,.0f a second, %d threads), %,d steps, hash %016x%n",
        run.done(), seconds, run.done() / seconds, threads, run.steps(), run.hash());
    SimulationRun.Failure failure = run.failure();
    if (failure == null) {
      out.println("every promise was kept");
      return 0;
    }
    explain(failure);
    return 1;
  }

  private void showProgress(SimulationRun run, long of) {
    long before = 0;
    try {
      while (true) {
        Thread.sleep(PROGRESS_EVERY_MS);
        long done = run.done();
        err.printf(
            "  %,d of %,d seeds, %,d a second%n",
            done, of, (done - before) * 1_000 / PROGRESS_EVERY_MS);
        before = done;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void explain(SimulationRun.Failure failure) {
    out.println();
    out.println("VIOLATION " + failure.violation());
    out.printf("profile %s, seed %d%n", failure.profile().label(), failure.seed());
    out.println("looking for the shortest history that breaks it …");
    Plan whole = Plan.of(failure.profile(), failure.seed());
    Plan shortest = Shrink.shortest(whole, failure.violation());
    Told told = Simulation.tell(shortest);
    told.lines().forEach(line -> out.println("  " + line));
    out.printf(
        "%d faults (of %d), %d lines: %s%n",
        told.faults().size(),
        Simulation.tellBriefly(whole).faults().size(),
        told.lines().size(),
        told.violation());
    out.println("told again by: scripts/simulate " + shortest.arguments());
    out.println("the whole of it: scripts/simulate " + whole.arguments());
  }
}
