package flashsale.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Where a scenario plays once: a running system, and an activity that is not there yet.
 *
 * @param repetition 1, 2, 3 …
 * @param acceptPerSecond what this system accepts, as measured last; 0: not measured
 * @param connections as many for the ceiling
 */
record Stage(
    BenchSystem system,
    BenchRequests requests,
    String activity,
    int repetition,
    double acceptPerSecond,
    int connections,
    Load.Times times) {
  private static final Duration SELLS_WITHIN = Duration.ofSeconds(60);

  /**
   * What was measured.
   *
   * @param part of the scenario; empty: all of it
   * @param answers by HTTP status
   * @param cpuUsPerRequest processor time in microseconds, by process
   */
  record Run(
      String part,
      double perSecond,
      Map<Integer, Long> answers,
      Histogram latencyUs,
      Map<String, Double> cpuUsPerRequest,
      @Nullable Long rowsBehindMs) {
    static Run of(Load.Outcome outcome, Map<String, Double> cpu) {
      return new Run("", outcome.perSecond(), outcome.answers(), outcome.latencyUs(), cpu, null);
    }

    Run withRowsBehind(long ms) {
      return new Run(part, perSecond, answers, latencyUs, cpuUsPerRequest, ms);
    }
  }

  int shoppers() {
    return requests.shoppers();
  }

  void create(int units) throws IOException, InterruptedException {
    system.create(activity, units, null);
  }

  /** To the first shoppers, before anything is measured. */
  void sell(int units) throws IOException {
    Load.Outcome outcome =
        Load.closed(
            system.port(),
            connections,
            requests.purchases(activity, 0, units, false),
            new Load.Times(0, SELLS_WITHIN.toSeconds()));
    if (outcome.all() != units) {
      throw new IOException(activity + ": " + outcome.answers() + " (expected: " + units + ")");
    }
  }

  /** Sells for as long as the warm-up takes; returns how many per second at its end. */
  double warmUp() throws IOException, InterruptedException {
    create(shoppers());
    return load(0, shoppers(), true).perSecond();
  }

  /** By shoppers {@code from} to {@code to}, exclusive. */
  Run load(int from, int to, boolean again) throws IOException {
    return load(connections, requests.purchases(activity, from, to, again));
  }

  Run load(int connections, Load.Requests of) throws IOException {
    return metered(() -> Load.closed(system.port(), connections, of, times));
  }

  /** At half of what the system accepts, from the moment at which the activity opens. */
  List<Run> open(int seconds, Instant opensAt) throws IOException {
    Load.Outcome[] kept = new Load.Outcome[1];
    Run whole =
        metered(() ->
            kept[0] =
                Load.atRate(
                    system.port(),
                    connections,
                    acceptPerSecond / 2,
                    requests.purchases(activity, 0, shoppers(), false),
                    new Load.Times(0, seconds),
                    opensAt));
    Load.Outcome outcome = kept[0];
    Run first =
        new Run(
            ": first second",
            outcome.firstSecondUs().getTotalCount(),
            outcome.answers(),
            outcome.firstSecondUs(),
            whole.cpuUsPerRequest(),
            null);
    Run all =
        new Run(
            ": first " + seconds + " s",
            outcome.perSecond(),
            outcome.answers(),
            outcome.latencyUs(),
            whole.cpuUsPerRequest(),
            null);
    return List.of(first, all);
  }

  private Run metered(Supplier<Load.Outcome> load) throws IOException {
    CpuTimes before = CpuTimes.now(system.processes());
    Load.Outcome outcome = load.get();
    Map<String, Double> cpu = new TreeMap<>();
    CpuTimes.now(system.processes())
        .since(before)
        .forEach((name, us) -> cpu.put(name, (double) us / Math.max(1, outcome.sent())));
    return Run.of(outcome, cpu);
  }
}
