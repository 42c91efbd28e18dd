package flashsale.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Where a scenario plays once: a running system, and an activity that is not there yet. */
record Stage(BenchSystem system, BenchRequests requests, String activity, Load.Times times) {
  /** A crowd: enough that a batch is a batch. The same for the ceiling. */
  static final int CONNECTIONS = 256;

  private static final Duration SELLS_WITHIN = Duration.ofSeconds(60);

  int shoppers() {
    return requests.shoppers();
  }

  void create(int units) throws IOException, InterruptedException {
    system.create(activity, units);
  }

  /** To the first shoppers, before anything is measured. */
  void sell(int units) throws IOException {
    Load.Outcome outcome =
        Load.closed(
            system.port(),
            CONNECTIONS,
            requests.purchases(activity, 0, units, false),
            new Load.Times(0, SELLS_WITHIN.toSeconds()));
    if (outcome.all() != units) {
      throw new IOException(activity + ": " + outcome.answers() + " (expected: " + units + ")");
    }
  }

  /** Sells for as long as the warm-up takes. */
  void warmUp() throws IOException, InterruptedException {
    create(shoppers());
    var unused = load(0, shoppers(), true);
  }

  /** By shoppers {@code from} to {@code to}, exclusive. */
  Run load(int from, int to, boolean again) throws IOException {
    CpuTimes before = CpuTimes.now(system.processes());
    Load.Outcome outcome =
        Load.closed(
            system.port(), CONNECTIONS, requests.purchases(activity, from, to, again), times);
    Map<String, Double> cpu = new TreeMap<>();
    CpuTimes.now(system.processes())
        .since(before)
        .forEach((name, us) -> cpu.put(name, (double) us / Math.max(1, outcome.sent())));
    return new Run(outcome, cpu);
  }

  /** What was measured; processor time in microseconds per request, by process. */
  record Run(Load.Outcome outcome, Map<String, Double> cpuUsPerRequest) {}
}
