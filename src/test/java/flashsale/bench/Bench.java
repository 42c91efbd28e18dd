package flashsale.bench;

import flashsale.bench.BenchOptions.WrongArguments;
import flashsale.local.Machine;
import flashsale.local.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code scripts/bench}: measures the whole system on this machine, and says for each scenario what
 * part of the ceiling it reaches.
 */
public final class Bench {
  private static final Path DIRECTORY = Path.of("target", "bench");

  /** More than can buy in one run. */
  private static final int SHOPPERS = 400_000;

  private static final int CEILING_WARM_UP_RUNS = 2;

  /** Of the system, by purchases, before anything is measured. */
  private static final double WARM_UP_S = 30;

  private final BenchOptions options;
  private final List<Measured> all = new ArrayList<>();

  private Bench(BenchOptions options) {
    this.options = options;
  }

  /** Exit codes: see {@link BenchOptions#USAGE}. */
  public static void main(String[] args) throws Exception {
    if (List.of(args).contains("--help")) {
      System.out.println(BenchOptions.USAGE);
      return;
    }
    try {
      System.exit(new Bench(BenchOptions.parse(args)).run());
    } catch (WrongArguments e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(2);
    }
  }

  private int run() throws IOException, InterruptedException {
    BenchReport before = options.compare() == null ? null : BenchReport.read(options.compare());
    Path system = DIRECTORY.resolve("system");
    Trees.delete(system);
    Files.createDirectories(system);
    System.out.println("starting the system; " + SHOPPERS + " tokens are made …");
    BenchRequests requests = BenchRequests.of(SHOPPERS);
    try (BenchSystem running = BenchSystem.start(system)) {
      for (int i = 0; i < CEILING_WARM_UP_RUNS; i++) {
        var unused = ceiling(running, requests);
      }
      new Stage(running, requests, "warm-up", new Load.Times(WARM_UP_S, 0)).warmUp();
      for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
        double ceilingBefore = ceiling(running, requests);
        for (Scenario scenario : options.scenarios()) {
          String activity =
              scenario.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + repetition;
          Stage stage = new Stage(running, requests, activity, options.times());
          Stage.Run run = scenario.run(stage);
          String fault = fault(running, scenario, activity, run.outcome());
          double ceilingAfter = ceiling(running, requests);
          Measured measured = measured(scenario, run, (ceilingBefore + ceilingAfter) / 2, fault);
          all.add(measured);
          System.out.println(BenchReport.line(measured));
          ceilingBefore = ceilingAfter;
        }
      }
    }
    BenchReport report = new BenchReport(Machine.where(), options.repetitions(), all);
    report.write(DIRECTORY);
    System.out.println();
    System.out.print(report.markdown());
    if (before != null) {
      System.out.print(report.comparedWith(before));
    }
    return report.valid() ? 0 : 1;
  }

  private double ceiling(BenchSystem system, BenchRequests requests) {
    return Load.closed(
            system.ceilingPort(),
            Stage.CONNECTIONS,
            requests.purchases("ceiling", 0, requests.shoppers(), true),
            options.ceilingTimes())
        .perSecond();
  }

  private static String fault(
      BenchSystem system, Scenario scenario, String activity, Load.Outcome outcome)
      throws InterruptedException {
    long errors = scenario.errors(outcome);
    return errors > 0
        ? errors + " other answers: " + outcome.answers()
        : system.differences(activity);
  }

  private static Measured measured(Scenario scenario, Stage.Run run, double ceiling, String fault) {
    Load.Outcome outcome = run.outcome();
    return new Measured(
        scenario.title(),
        outcome.perSecond(),
        ceiling,
        ms(outcome, 50),
        ms(outcome, 99),
        ms(outcome, 99.9),
        ms(outcome, 100),
        run.cpuUsPerRequest(),
        fault);
  }

  private static double ms(Load.Outcome outcome, double percentile) {
    return outcome.latencyUs().getValueAtPercentile(percentile) / 1000.0;
  }
}
