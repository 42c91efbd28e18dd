package flashsale.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The table of a run and what it must have reached, as Markdown. Pure. */
final class ChaosReport {
  private static final Duration NODE_BACK_MAX = Duration.ofSeconds(20);
  private static final Duration KAFKA_BACK_MAX = Duration.ofSeconds(5);
  private static final Duration FAIL_OVER_MAX = Duration.ofSeconds(20);
  private static final Duration HAND_OVER_MAX = Duration.ofSeconds(1);

  /** A gateway's deadline for a claim, and the way there and back. */
  private static final Duration ANSWERED_MAX = Duration.ofSeconds(5);

  private static final String ROLLING_RESTART = "rolling restart";

  /** Where a run is lenient, for each step of it. */
  private static final long MISSED_MAX_LENIENT = 10;

  private static final double REFUSED_P99_MS_MAX = 50;
  private static final long RETRIED_MIN = 100_000;

  /** What is asked for, and what was measured. */
  private record Figure(String what, String measured, boolean met) {}

  private final String where;
  private final List<Fault> faults;
  private final Map<String, List<RoundResult>> rounds = new LinkedHashMap<>();
  private final boolean whole;
  private final int leniency;

  /**
   * Nothing is in it yet.
   *
   * @param where date and machine
   * @param whole every kind of fault is in the run, so that its sums mean something
   * @param leniency bounds are met up to that many times what is asked; 1: as it is asked
   */
  ChaosReport(String where, List<Fault> faults, boolean whole, int leniency) {
    this.where = where;
    this.faults = faults;
    this.whole = whole;
    this.leniency = leniency;
  }

  void add(RoundResult result) {
    rounds.computeIfAbsent(result.fault(), name -> new ArrayList<>()).add(result);
  }

  private List<RoundResult> all() {
    return rounds.values().stream().flatMap(List::stream).toList();
  }

  private List<RoundResult> of(String fault) {
    return rounds.getOrDefault(fault, List.of());
  }

  long violations() {
    return all().stream().mapToLong(round -> round.violations().size()).sum();
  }

  boolean figuresAreMet() {
    return figures().stream().allMatch(Figure::met);
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(where).append("\n\n");
    text.append(
        "| fault | times | confirmed | in doubt (202) | away, median / max | selling again after, median / max | violations |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    faults.forEach(fault -> text.append(row(fault)));
    text.append('\n').append(sums()).append('\n');
    List<Figure> figures = figures();
    if (!figures.isEmpty()) {
      String met = leniency == 1 ? "met" : "met, up to " + leniency + " times";
      text.append("\n| figure | measured | ").append(met).append(" |\n|---|---|---|\n");
      figures.forEach(figure ->
          text.append("| ")
              .append(figure.what)
              .append(" | ")
              .append(figure.measured)
              .append(figure.met ? " | yes |\n" : " | **no** |\n"));
    }
    List<String> violations = all().stream().flatMap(each -> each.violations().stream()).toList();
    if (!violations.isEmpty()) {
      text.append("\nViolations:\n\n");
      all()
          .forEach(round ->
              round
                  .violations()
                  .forEach(each ->
                      text.append("- ")
                          .append(round.fault())
                          .append(": ")
                          .append(each)
                          .append('\n')));
    }
    return text.toString();
  }

  private String row(Fault fault) {
    Optional<String> missing = fault.missing();
    if (missing.isPresent()) {
      return "| " + fault.name() + " | skipped: needs " + missing.get() + " | | | | | |\n";
    }
    List<RoundResult> results = of(fault.name());
    if (results.isEmpty()) {
      return "| " + fault.name() + " | 0 | | | | | |\n";
    }
    List<Duration> recoveries =
        results.stream().map(RoundResult::recovery).filter(Objects::nonNull).toList();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %,d | %,d | %s | %s | %d |%n",
        fault.name(),
        results.size(),
        results.stream().mapToLong(RoundResult::confirmed).sum(),
        results.stream().mapToLong(RoundResult::inDoubt).sum(),
        medianAndMax(results.stream().map(RoundResult::away).toList()),
        medianAndMax(recoveries),
        results.stream().mapToLong(result -> result.violations().size()).sum());
  }

  private String sums() {
    return String.format(
        Locale.ROOT,
        "%d kinds of fault, %d sales, %,d units confirmed, %,d requests, of which %,d retried; %d violations.",
        rounds.size(),
        all().size(),
        all().stream().mapToLong(RoundResult::confirmed).sum(),
        all().stream().mapToLong(RoundResult::requests).sum(),
        all().stream().mapToLong(RoundResult::retried).sum(),
        violations());
  }

  private List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    of("node: kill -9").stream()
        .filter(round -> round.recovery() != null)
        .map(round -> round.away().plus(Objects.requireNonNull(round.recovery())))
        .max(Duration::compareTo)
        .ifPresent(most ->
            figures.add(
                atMost(
                    "node killed → started again and selling within 20 s", most, NODE_BACK_MAX)));
    List<RoundResult> kafka = all().stream().filter(round -> isKafkaAway(round.fault())).toList();
    kafka.stream()
        .map(RoundResult::recovery)
        .filter(Objects::nonNull)
        .max(Duration::compareTo)
        .ifPresent(
            most -> figures.add(atMost("Kafka back → selling within 5 s", most, KAFKA_BACK_MAX)));
    kafka.stream()
        .map(RoundResult::refusedP99Ms)
        .filter(Objects::nonNull)
        .max(Double::compareTo)
        .ifPresent(most ->
            figures.add(
                new Figure(
                    "Kafka away: 99 % of the refusals within 50 ms",
                    String.format(Locale.ROOT, "%.1f ms in the worst sale", most),
                    most <= REFUSED_P99_MS_MAX * leniency)));
    figures.addAll(clusterFigures());
    if (whole) {
      long retried = all().stream().mapToLong(RoundResult::retried).sum();
      figures.add(
          new Figure(
              "retried requests without a changed answer ≥ 100,000",
              String.format(Locale.ROOT, "%,d", retried),
              retried >= RETRIED_MIN));
    }
    return figures;
  }

  /** Of systems in which others take over. */
  private List<Figure> clusterFigures() {
    List<Figure> figures = new ArrayList<>();
    List<Fault> takenOver = faults.stream().filter(Fault::sellsOn).toList();
    List<RoundResult> planned = roundsOf(takenOver, true);
    pauseAtMost(figures, "others take over", roundsOf(takenOver, false), FAIL_OVER_MAX);
    pauseAtMost(figures, ROLLING_RESTART, planned, HAND_OVER_MAX);
    if (!planned.isEmpty()) {
      long missed = planned.stream().mapToLong(each -> each.notServed() + each.inDoubt()).sum();
      figures.add(
          new Figure(
              ROLLING_RESTART + ": every purchase is decided at once",
              missed == 0
                  ? "all"
                  : String.format(Locale.ROOT, "%,d told 202, 503 or nothing", missed),
              missed <= MISSED_MAX_LENIENT * (leniency - 1)));
    }
    Stream.of(roundsOf(takenOver, false), planned)
        .flatMap(List::stream)
        .map(RoundResult::slowest)
        .filter(Objects::nonNull)
        .max(Duration::compareTo)
        .ifPresent(most ->
            figures.add(
                atMost(
                    "every purchase answered within " + ANSWERED_MAX.toSeconds() + " s",
                    most,
                    ANSWERED_MAX)));
    return figures;
  }

  private List<RoundResult> roundsOf(List<Fault> kinds, boolean planned) {
    return kinds.stream()
        .map(Fault::name)
        .filter(name -> name.endsWith(ROLLING_RESTART) == planned)
        .flatMap(name -> of(name).stream())
        .toList();
  }

  /** A sale in which nobody sold on is not met either. */
  private void pauseAtMost(
      List<Figure> figures, String what, List<RoundResult> rounds, Duration bound) {
    if (rounds.isEmpty()) {
      return;
    }
    String figure = what + ": no pause over " + bound.toSeconds() + " s";
    Duration most = Duration.ZERO;
    for (RoundResult round : rounds) {
      Duration pause = round.recovery();
      if (pause == null) {
        figures.add(new Figure(figure, "no second sale in one of them", false));
        return;
      }
      most = pause.compareTo(most) > 0 ? pause : most;
    }
    figures.add(atMost(figure, most, bound));
  }

  private static boolean isKafkaAway(String fault) {
    return fault.startsWith("kafka: kill") || fault.startsWith("kafka: away");
  }

  private Figure atMost(String what, Duration most, Duration bound) {
    return new Figure(
        what,
        String.format(Locale.ROOT, "%.2f s at most", most.toNanos() / 1e9),
        most.compareTo(bound.multipliedBy(leniency)) <= 0);
  }

  private static String medianAndMax(List<Duration> durations) {
    if (durations.isEmpty()) {
      return "–";
    }
    List<Duration> sorted = durations.stream().sorted().toList();
    return seconds(sorted.get((sorted.size() - 1) / 2)) + " / " + seconds(sorted.getLast());
  }

  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toNanos() / 1e9);
  }
}
