package flashsale.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run of the benchmark found: of each scenario the median over its repetitions.
 *
 * @param where date, machine and version
 * @param runs every measurement with a ceiling, in the order in which they were made
 * @param figures those without one, in the same order
 */
record BenchReport(String where, int repetitions, List<Measured> runs, List<Figure> figures) {
  private static final int REPETITIONS_MIN = 3;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  BenchReport {
    runs = List.copyOf(runs);
    // Reports of earlier versions have none.
    figures = figures == null ? List.of() : List.copyOf(figures);
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
    return repetitions >= REPETITIONS_MIN && faults().isEmpty();
  }

  private List<String> faults() {
    return Stream.concat(
            runs.stream()
                .filter(run -> !run.fault().isEmpty())
                .map(run -> run.scenario() + ": " + run.fault()),
            figures.stream()
                .filter(figure -> !figure.fault().isEmpty())
                .map(figure -> figure.scenario() + ": " + figure.fault()))
        .distinct()
        .toList();
  }

  private static <T> Map<String, List<T>> grouped(List<T> all, Function<T, String> scenario) {
    return all.stream()
        .collect(Collectors.groupingBy(scenario, LinkedHashMap::new, Collectors.toList()));
  }

  private Map<String, List<Measured>> byScenario() {
    return grouped(runs, Measured::scenario);
  }

  private Map<String, List<Figure>> figuresByScenario() {
    return grouped(figures, Figure::scenario);
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

  static String line(Figure figure) {
    return String.format(
        Locale.ROOT,
        "%s: %s %s%s%s",
        figure.scenario(),
        number(figure.value()),
        figure.unit(),
        figure.asked().isEmpty() ? "" : " (asked: " + figure.asked() + ")",
        figure.fault().isEmpty() ? "" : "   INVALID: " + figure.fault());
  }

  /** As exact as it is worth. */
  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
  }

  String markdown() {
    StringBuilder text = new StringBuilder(where).append("\n\n");
    if (!runs.isEmpty()) {
      text.append(ratios());
    }
    if (!figures.isEmpty()) {
      text.append(runs.isEmpty() ? "" : "\n").append(figuresWithoutCeiling());
    }
    text.append(cpu());
    if (!valid()) {
      text.append("\nINVALID: ").append(whyInvalid()).append('\n');
    }
    return text.toString();
  }

  private String figuresWithoutCeiling() {
    StringBuilder text = new StringBuilder("| figure | asked | median (least to most) |\n");
    text.append("|---|---|---|\n");
    figuresByScenario()
        .forEach((scenario, of) ->
            text.append(
                String.format(
                    "| %s | %s | %s %s (%s to %s) |%n",
                    scenario,
                    of.getFirst().asked(),
                    number(median(of, Figure::value)),
                    of.getFirst().unit(),
                    number(of.stream().mapToDouble(Figure::value).min().orElseThrow()),
                    number(of.stream().mapToDouble(Figure::value).max().orElseThrow()))));
    return text.toString();
  }

  private String ratios() {
    StringBuilder text = new StringBuilder();
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
    Map<String, List<Map<String, Double>>> rows = new LinkedHashMap<>();
    runs.forEach(run -> row(rows, run.scenario()).add(run.cpuUsPerRequest()));
    figures.stream()
        .filter(figure -> !figure.cpuUsPerRequest().isEmpty())
        .forEach(figure -> row(rows, figure.scenario()).add(figure.cpuUsPerRequest()));
    TreeSet<String> processes = new TreeSet<>();
    rows.values().forEach(row -> row.forEach(run -> processes.addAll(run.keySet())));
    StringBuilder text = new StringBuilder("\n| CPU, µs per request |");
    processes.forEach(name -> text.append(' ').append(name).append(" |"));
    text.append("\n|---|").append("---|".repeat(processes.size())).append('\n');
    rows.forEach((scenario, of) -> {
      text.append("| ").append(scenario).append(" |");
      for (String name : processes) {
        double us = median(of, run -> run.getOrDefault(name, 0.0));
        text.append(String.format(Locale.ROOT, " %.0f |", us));
      }
      text.append('\n');
    });
    return rows.isEmpty() ? "" : text.toString();
  }

  private static List<Map<String, Double>> row(
      Map<String, List<Map<String, Double>>> rows, String scenario) {
    return rows.computeIfAbsent(scenario, first -> new ArrayList<>());
  }

  private String whyInvalid() {
    return repetitions < REPETITIONS_MIN
        ? repetitions + " repetitions (expected: >= " + REPETITIONS_MIN + ")"
        : String.join("; ", faults());
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
    if (!figures.isEmpty()) {
      text.append("\n| figure | now / then |\n|---|---|\n");
    }
    Map<String, List<Figure>> figuresThen = earlier.figuresByScenario();
    figuresByScenario()
        .forEach((scenario, of) -> {
          List<Figure> old = figuresThen.get(scenario);
          text.append(
              old == null
                  ? "| " + scenario + " | new |\n"
                  : String.format(
                      Locale.ROOT,
                      "| %s | %.2f |%n",
                      scenario,
                      median(of, Figure::value) / median(old, Figure::value)));
        });
    return text.toString();
  }

  private static <T> double median(List<T> runs, ToDoubleFunction<T> of) {
    double[] sorted = runs.stream().mapToDouble(of).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
