package flashsale.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What a run of the benchmark found: of each scenario the median over its repetitions.
 *
 * @param where date, machine and version
 * @param runs every measurement, in the order in which they were made
 */
record BenchReport(String where, int repetitions, List<Measured> runs) {
  private static final int REPETITIONS_MIN = 3;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  BenchReport {
    runs = List.copyOf(runs);
  }

  static BenchReport read(Path file) throws IOException {
    return JSON.readValue(Files.readString(file), new TypeReference<>() {});
  }

  void write(Path directory) throws IOException {
    Files.writeString(directory.resolve("report.md"), markdown());
    Files.writeString(directory.resolve("report.json"), JSON.writeValueAsString(this) + "\n");
  }

  /** Enough repetitions, no error, and every proof consistent. */
  boolean valid() {
    return repetitions >= REPETITIONS_MIN && runs.stream().allMatch(run -> run.fault().isEmpty());
  }

  private Map<String, List<Measured>> byScenario() {
    return runs.stream()
        .collect(
            Collectors.groupingBy(Measured::scenario, LinkedHashMap::new, Collectors.toList()));
  }

  static String line(Measured run) {
    return String.format(
        Locale.ROOT,
        "%s: %,.0f/s, %.1f %% of the ceiling %,.0f/s; p50 %.1f, p99 %.1f, max %.0f ms%s",
        run.scenario(),
        run.perSecond(),
        run.ratio() * 100,
        run.ceilingPerSecond(),
        run.p50Ms(),
        run.p99Ms(),
        run.maxMs(),
        run.fault().isEmpty() ? "" : "   INVALID: " + run.fault());
  }

  String markdown() {
    StringBuilder text = new StringBuilder(where).append("\n\n");
    text.append(
        "| scenario | per second | ceiling | ratio, median (least to most) | p50 | p99 | p99.9 | max, ms | rows behind, s |\n");
    text.append("|---|---|---|---|---|---|---|---|---|\n");
    byScenario()
        .forEach((scenario, of) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %,.0f | %.1f %% (%.1f to %.1f) | %.1f | %.1f | %.1f | %.0f | %s |%n",
                    scenario,
                    median(of, Measured::perSecond),
                    median(of, Measured::ceilingPerSecond),
                    median(of, Measured::ratio) * 100,
                    of.stream().mapToDouble(Measured::ratio).min().orElseThrow() * 100,
                    of.stream().mapToDouble(Measured::ratio).max().orElseThrow() * 100,
                    median(of, Measured::p50Ms),
                    median(of, Measured::p99Ms),
                    median(of, Measured::p999Ms),
                    of.stream().mapToDouble(Measured::maxMs).max().orElseThrow(),
                    rowsBehind(of))));
    text.append('\n').append(cpu());
    if (!valid()) {
      text.append("\nINVALID: ").append(whyInvalid()).append('\n');
    }
    return text.toString();
  }

  /** The most. */
  private static String rowsBehind(List<Measured> runs) {
    return runs.stream()
        .map(Measured::rowsBehindMs)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .map(ms -> String.format(Locale.ROOT, "%.1f", ms / 1000.0))
        .orElse("");
  }

  /** Microseconds of processor time per request, by process; medians. */
  private String cpu() {
    TreeSet<String> processes = new TreeSet<>();
    runs.forEach(run -> processes.addAll(run.cpuUsPerRequest().keySet()));
    StringBuilder text = new StringBuilder("| CPU, µs per request |");
    processes.forEach(name -> text.append(' ').append(name).append(" |"));
    text.append("\n|---|").append("---|".repeat(processes.size())).append('\n');
    byScenario()
        .forEach((scenario, of) -> {
          text.append("| ").append(scenario).append(" |");
          for (String name : processes) {
            double us = median(of, run -> run.cpuUsPerRequest().getOrDefault(name, 0.0));
            text.append(String.format(Locale.ROOT, " %.0f |", us));
          }
          text.append('\n');
        });
    return text.toString();
  }

  private String whyInvalid() {
    return repetitions < REPETITIONS_MIN
        ? repetitions + " repetitions (expected: >= " + REPETITIONS_MIN + ")"
        : runs.stream()
            .filter(run -> !run.fault().isEmpty())
            .map(run -> run.scenario() + ": " + run.fault())
            .collect(Collectors.joining("; "));
  }

  /** Medians of this one divided by those of an earlier one, by scenario. */
  String comparedWith(BenchReport earlier) {
    StringBuilder text = new StringBuilder("\nCompared with ").append(earlier.where).append("\n\n");
    text.append(
        "| scenario | ratio to the ceiling, now / then | p99, now / then |\n|---|---|---|\n");
    Map<String, List<Measured>> then = new TreeMap<>(earlier.byScenario());
    byScenario()
        .forEach((scenario, of) -> {
          List<Measured> old = then.get(scenario);
          text.append(
              old == null
                  ? "| " + scenario + " | new | |\n"
                  : String.format(
                      Locale.ROOT,
                      "| %s | %.2f | %.2f |%n",
                      scenario,
                      median(of, Measured::ratio) / median(old, Measured::ratio),
                      median(of, Measured::p99Ms) / median(old, Measured::p99Ms)));
        });
    return text.toString();
  }

  private static double median(List<Measured> runs, ToDoubleFunction<Measured> of) {
    double[] sorted = runs.stream().mapToDouble(of).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
