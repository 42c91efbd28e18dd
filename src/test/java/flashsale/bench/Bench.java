package flashsale.bench;

import flashsale.bench.BenchOptions.WrongArguments;
import flashsale.local.Machine;
import flashsale.local.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code scripts/bench}: measures the whole system on this machine, and says for each scenario what
 * part of the ceiling it reaches.
 */
public final class Bench {
  private static final Path DIRECTORY = Path.of("target", "bench");

  /** More than can buy in one run. */
  private static final int SHOPPERS = 400_000;

  private static final Set<Scenario> FIGURES =
      EnumSet.of(Scenario.CORE, Scenario.LARGE, Scenario.MEMORY);

  private static final int CEILING_WARM_UP_RUNS = 2;

  /**
   * Of the system, by purchases, before anything is measured: each time in a new activity, or there
   * would be no shoppers left who have none.
   */
  private static final int WARM_UPS = 4;

  private static final int WARM_UP_S = 15;

  /** The last part of each: what is accepted then is what it can accept. */
  private static final int WARM_S = 8;

  private final BenchOptions options;
  private final List<Measured> all = new ArrayList<>();
  private final List<Figure> figures = new ArrayList<>();
  private @Nullable BenchRequests requests;

  private Bench(BenchOptions options) {
    this.options = options;
  }

  /** Exit codes: see {@link BenchOptions#USAGE}. */
  public static void main(String[] args) throws Exception {
    if (List.of(args).contains("--help")) {
      System.out.println(BenchOptions.usage());
      return;
    }
    try {
      System.exit(new Bench(BenchOptions.parse(args)).run());
    } catch (WrongArguments e) {
      System.err.println("bench: " + e.getMessage());
      System.exit(2);
    }
  }

  private int run() throws IOException, InterruptedException, SQLException {
    BenchReport before = options.compare() == null ? null : BenchReport.read(options.compare());
    for (boolean split : List.of(false, true)) {
      List<Scenario> scenarios =
          options.scenarios().stream()
              .filter(each -> each.hasCeiling() && (each == Scenario.SPLIT) == split)
              .toList();
      if (!scenarios.isEmpty()) {
        measure(scenarios, requests(), split);
      }
    }
    if (options.scenarios().stream().anyMatch(FIGURES::contains)) {
      figures.addAll(Figures.measure(options, requests(), DIRECTORY.resolve("system")));
    }
    // Last: nothing else runs any more.
    if (options.scenarios().contains(Scenario.START)) {
      start();
    }
    BenchReport report =
        new BenchReport(
            Machine.where() + ", " + options.connections() + " connections",
            options.repetitions(),
            all,
            figures);
    report.write(DIRECTORY);
    System.out.println();
    System.out.print(report.markdown());
    if (before != null) {
      System.out.print(report.comparedWith(before));
    }
    return report.valid() ? 0 : 1;
  }

  /** Made when they are first asked for. */
  private BenchRequests requests() {
    BenchRequests made = requests;
    if (made == null) {
      System.out.println(SHOPPERS + " tokens are made …");
      made = BenchRequests.of(SHOPPERS);
      requests = made;
    }
    return made;
  }

  /** All repetitions on a system of their own. */
  private void measure(List<Scenario> scenarios, BenchRequests requests, boolean split)
      throws IOException, InterruptedException, SQLException {
    System.out.println(
        "starting the system"
            + (split ? ", gateway and inventory apart" : "")
            + "; it is warmed up for "
            + WARM_UPS * WARM_UP_S
            + " s …");
    Path directory = DIRECTORY.resolve("system");
    Trees.delete(directory);
    Files.createDirectories(directory);
    try (BenchSystem system = BenchSystem.start(directory, split)) {
      double accepted = warmUp(system, requests);
      for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
        double ceilingBefore = ceiling(system, requests);
        for (Scenario scenario : scenarios) {
          String activity =
              scenario.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + repetition;
          Stage stage =
              new Stage(
                  system,
                  requests,
                  activity,
                  repetition,
                  accepted,
                  options.connections(),
                  options.times());
          List<Stage.Run> runs = scenario.run(stage);
          String difference =
              scenario == Scenario.MANY ? system.differencesOfMany() : system.differences(activity);
          double ceilingAfter = ceiling(system, requests);
          for (Stage.Run run : runs) {
            Measured measured =
                measured(scenario, run, (ceilingBefore + ceilingAfter) / 2, difference);
            all.add(measured);
            System.out.println(BenchReport.line(measured));
          }
          ceilingBefore = ceilingAfter;
          accepted = scenario == Scenario.ACCEPT ? runs.getFirst().perSecond() : accepted;
        }
      }
    }
  }

  private void start() throws IOException, InterruptedException {
    Path log = DIRECTORY.resolve("run.log");
    Files.createDirectories(DIRECTORY);
    Files.deleteIfExists(log);
    for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
      List<Figure> measured = StartUp.measure(log);
      figures.addAll(measured);
      measured.forEach(figure -> System.out.println(BenchReport.line(figure)));
    }
  }

  /** Returns what was accepted per second in the second half of it. */
  private double warmUp(BenchSystem system, BenchRequests requests)
      throws IOException, InterruptedException {
    for (int i = 0; i < CEILING_WARM_UP_RUNS; i++) {
      var unused = ceiling(system, requests);
    }
    Load.Times times = new Load.Times(WARM_UP_S - WARM_S, WARM_S);
    double accepted = 0;
    for (int i = 1; i <= WARM_UPS; i++) {
      accepted =
          new Stage(system, requests, "warm-up-" + i, 0, 0, options.connections(), times).warmUp();
    }
    return accepted;
  }

  private double ceiling(BenchSystem system, BenchRequests requests) {
    return Load.closed(
            system.ceilingPort(),
            options.connections(),
            requests.purchases("ceiling", 0, requests.shoppers(), true),
            options.ceilingTimes())
        .perSecond();
  }

  private static Measured measured(
      Scenario scenario, Stage.Run run, double ceiling, String difference) {
    long errors = scenario.errors(run);
    return new Measured(
        scenario.title() + run.part(),
        run.perSecond(),
        ceiling,
        ms(run, 50),
        ms(run, 99),
        ms(run, 99.9),
        ms(run, 100),
        run.cpuUsPerRequest(),
        run.rowsBehindMs(),
        errors > 0 ? errors + " other answers: " + run.answers() : difference);
  }

  private static double ms(Stage.Run run, double percentile) {
    return run.latencyUs().getValueAtPercentile(percentile) / 1000.0;
  }
}
