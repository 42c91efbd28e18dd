package flashsale.bench;

import flashsale.model.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code scripts/bench}.
 *
 * @param compare an earlier {@code report.json}; null: none
 */
record BenchOptions(
    List<Scenario> scenarios,
    int repetitions,
    int seconds,
    int connections,
    @Nullable Path compare) {
  private static final int REPETITIONS = 3;
  private static final int SECONDS = 5;
  private static final int SECONDS_MAX = 120;

  /** A crowd: enough that a batch is a batch. */
  private static final int CONNECTIONS = 256;

  private static final int CONNECTIONS_MAX = 4096;
  private static final double WARM_UP_S = 2;
  private static final double CEILING_WARM_UP_S = 1;
  private static final double CEILING_S = 3;

  private static final String USAGE =
      """
      usage: scripts/bench [--scenario NAME …] [--repetitions 3] [--seconds 5] [--connections 256]
                            [--compare FILE]

      Starts the whole system on ports and data of its own, and beside it the same HTTP server with a
      constant answer: the ceiling. Measures each scenario, with the ceiling right before and after;
      core, large, memory and start are measured without it, on systems of their own.
      Prints a table and writes it to target/bench/report.md and report.json.

        --scenario NAME   only scenarios with NAME in their name; may be said more than once
        --repetitions N   1 to 20; fewer than 3 make an invalid report
        --seconds N       measured in each run, 1 to 120; 2 s more to begin with
        --connections N   of the load, 1 to 4,096, which wait for each answer; as many for the ceiling
        --compare FILE    prints the ratios to an earlier report.json

      exit code: 0 a valid report; 1 it is invalid (an error, an inconsistent proof, too few
      repetitions); 2 wrong arguments\
      """;

  /** With what each scenario is about. */
  static String usage() {
    StringBuilder text = new StringBuilder(USAGE).append("\n\nscenarios:\n");
    for (Scenario each : Scenario.values()) {
      text.append("  ").append(each.title()).append(": ").append(each.what()).append('\n');
    }
    return text.toString().stripTrailing();
  }

  /** The arguments make no sense; the message says which one and what was expected. */
  static final class WrongArguments extends RuntimeException {
    WrongArguments(String message) {
      super(message);
    }
  }

  static BenchOptions parse(String... args) {
    // In their own order: what opens at half of what is accepted needs to know that first.
    Set<Scenario> wanted = EnumSet.noneOf(Scenario.class);
    int repetitions = REPETITIONS;
    int seconds = SECONDS;
    int connections = CONNECTIONS;
    Path compare = null;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--scenario" -> wanted.addAll(named(value(args, i++)));
        case "--repetitions" -> repetitions = number(args, i++, 20);
        case "--seconds" -> seconds = number(args, i++, SECONDS_MAX);
        case "--connections" -> connections = number(args, i++, CONNECTIONS_MAX);
        case "--compare" -> compare = file(value(args, i++));
        default ->
            throw new WrongArguments(
                Quoted.of(args[i])
                    + " (expected: --scenario, --repetitions, --seconds, --connections, --compare or --help)");
      }
    }
    return new BenchOptions(
        wanted.isEmpty() ? List.of(Scenario.values()) : List.copyOf(wanted),
        repetitions,
        seconds,
        connections,
        compare);
  }

  Load.Times times() {
    return new Load.Times(WARM_UP_S, seconds);
  }

  Load.Times ceilingTimes() {
    return new Load.Times(CEILING_WARM_UP_S, CEILING_S);
  }

  private static List<Scenario> named(String part) {
    List<Scenario> found =
        List.of(Scenario.values()).stream()
            .filter(each -> each.title().contains(part.toLowerCase(Locale.ROOT)))
            .toList();
    if (found.isEmpty()) {
      throw new WrongArguments(
          "--scenario: "
              + Quoted.of(part)
              + " (expected: part of "
              + String.join(", ", List.of(Scenario.values()).stream().map(Scenario::title).toList())
              + ")");
    }
    return found;
  }

  private static Path file(String name) {
    Path file = Path.of(name);
    if (!Files.isReadable(file)) {
      throw new WrongArguments(
          "--compare: " + Quoted.of(name) + " (expected: a report.json of an earlier run)");
    }
    return file;
  }

  private static String value(String[] args, int i) {
    if (i + 1 >= args.length || args[i + 1].isBlank()) {
      throw new WrongArguments(args[i] + ": nothing (expected: a value)");
    }
    return args[i + 1];
  }

  private static int number(String[] args, int i, int most) {
    String text = value(args, i);
    int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    if (number < 1 || number > most) {
      throw new WrongArguments(args[i] + ": " + Quoted.of(text) + " (expected: 1 to " + most + ")");
    }
    return number;
  }
}
