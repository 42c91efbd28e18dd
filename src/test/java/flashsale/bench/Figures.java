package flashsale.bench;

import flashsale.local.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@link Scenario#CORE}, {@link Scenario#LARGE} and {@link Scenario#MEMORY}, on a system of their
 * own, because they leave more than a million orders behind.
 *
 * <p>First a {@link CoreProcess} sells beside the system's node, which stores the rows; it fills
 * the large activity. When it has ended, that activity moves to the node by itself, and sells on
 * over HTTP.
 */
final class Figures {
  private static final String LARGE = "large";
  private static final long BUYERS = 1_000_000;
  private static final int FEW = 1000;
  private static final long STOCK = 10_000_000;
  private static final int IDLE = 1000;

  /** The first ones bring classes and buffers with them. */
  private static final int IDLE_BEFORE = 100;

  private static final Duration CORE_WARM_UP = Duration.ofSeconds(20);
  private static final Duration FILLED_WITHIN = Duration.ofMinutes(3);
  private static final Load.Times UNTIL_SOLD = new Load.Times(0, 120);

  /** Of purchases by HTTP, before those into the large one are measured. */
  private static final Load.Times WARM_UP = new Load.Times(0, 40);

  private final BenchOptions options;
  private final BenchRequests requests;
  private final BenchSystem system;
  private final List<Figure> all = new ArrayList<>();

  private Figures(BenchOptions options, BenchRequests requests, BenchSystem system) {
    this.options = options;
    this.requests = requests;
    this.system = system;
  }

  /** Everything written stays below {@code directory}. */
  static List<Figure> measure(BenchOptions options, BenchRequests requests, Path directory)
      throws IOException, InterruptedException, SQLException {
    System.out.println("starting a system for more than " + BUYERS + " buyers …");
    Trees.delete(directory);
    Files.createDirectories(directory);
    try (BenchSystem system = BenchSystem.start(directory, false)) {
      Figures figures = new Figures(options, requests, system);
      try (CoreProcess core = system.startCore()) {
        figures.core(core);
      }
      if (figures.wants(Scenario.LARGE)) {
        figures.large();
      }
      if (figures.wants(Scenario.MEMORY)) {
        figures.idle();
      }
      return figures.all;
    }
  }

  private boolean wants(Scenario scenario) {
    return options.scenarios().contains(scenario);
  }

  private void add(Figure figure) {
    all.add(figure);
    System.out.println(BenchReport.line(figure));
  }

  /** Filling the large activity is the warm-up. */
  private void core(CoreProcess core) throws IOException, InterruptedException, SQLException {
    core.open(LARGE, STOCK);
    fill(core, 1, FEW);
    long heapBefore = liveHeap(core);
    Duration soldFor = fill(core, FEW, BUYERS);
    long buyers = BUYERS - FEW;
    if (!wants(Scenario.CORE) && !wants(Scenario.MEMORY)) {
      return;
    }
    if (CORE_WARM_UP.compareTo(soldFor) > 0) {
      String warmUp = "core-warm-up";
      core.open(warmUp, STOCK);
      CoreNode.Sold sold = core.sell(warmUp, 1, STOCK, CORE_WARM_UP.minus(soldFor));
      system.awaitStored(warmUp, 1 + sold.confirmed());
      buyers += sold.confirmed();
    }
    for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
      String activity = "core-" + repetition;
      core.open(activity, STOCK);
      CpuTimes before = cpu(core);
      CoreNode.Sold sold = core.sell(activity, 1, STOCK, Duration.ofSeconds(options.seconds()));
      system.awaitStored(activity, 1 + sold.confirmed());
      CpuTimes after = cpu(core);
      String fault = fault(core, activity, sold);
      buyers += sold.confirmed();
      if (wants(Scenario.CORE)) {
        add(
            new Figure(
                "core: claims without HTTP",
                sold.confirmed() / sold.seconds(),
                "/s",
                "≥ 100,000, the least 50,000",
                perRequest(after.since(before), sold.confirmed()),
                fault));
      }
      if (wants(Scenario.MEMORY)) {
        double bytes = (double) (liveHeap(core) - heapBefore) / buyers;
        add(new Figure("memory: a buyer", bytes, "B", "0 while selling", fault));
      }
    }
  }

  /** Returns how long it sold; waiting until the rows are stored comes after. */
  private Duration fill(CoreProcess core, long from, long to)
      throws IOException, InterruptedException, SQLException {
    CoreNode.Sold sold = core.sell(LARGE, from, to, FILLED_WITHIN);
    system.awaitStored(LARGE, to);
    String differences = core.differences(LARGE);
    if (sold.confirmed() != to - from || !differences.isEmpty()) {
      throw new IOException("not filled (expected: " + to + "): " + sold + " " + differences);
    }
    return Duration.ofMillis((long) (sold.seconds() * 1000));
  }

  private String fault(CoreProcess core, String activity, CoreNode.Sold sold)
      throws IOException, InterruptedException, SQLException {
    if (sold.others() > 0) {
      return sold.others() + " other answers";
    }
    long rows = system.rows(activity);
    return rows == 1 + sold.confirmed()
        ? core.differences(activity)
        : rows + " orders (expected: " + (1 + sold.confirmed()) + ", as confirmed)";
  }

  /** Of the node too: it stores the rows. */
  private long liveHeap(CoreProcess core) throws IOException, InterruptedException {
    return LiveHeap.bytesOf(core.pid()) + LiveHeap.bytesOf(system.nodePid());
  }

  private CpuTimes cpu(CoreProcess core) throws IOException {
    Map<String, Long> processes = system.processes();
    processes.put("core", core.pid());
    return CpuTimes.now(processes);
  }

  private static Map<String, Double> perRequest(Map<String, Long> us, long requests) {
    Map<String, Double> each = new TreeMap<>();
    us.forEach((name, sum) -> each.put(name, (double) sum / Math.max(1, requests)));
    return each;
  }

  /** Into the small one, twice into the large one, and again: a node that gets faster is fair. */
  private void large() throws IOException, InterruptedException, SQLException {
    var unused =
        new Stage(system, requests, "warm-up", 0, 0, options.connections(), WARM_UP).warmUp();
    int each = requests.shoppers() / Scenario.REPETITIONS_MAX;
    for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
      int first = each * ((repetition - 1) % Scenario.REPETITIONS_MAX);
      int middle = first + (FEW + each) / 2;
      String small = "small-" + repetition;
      system.create(small, requests.shoppers(), null);
      system.openAll(List.of(small, LARGE), requests, first);
      String fault = sell(small, first + 2, first + FEW).fault();
      Figure small1 = sell(small, first + FEW, middle);
      Figure large1 = sell(LARGE, first + FEW, middle);
      Figure large2 = sell(LARGE, middle, first + each);
      Figure small2 = sell(small, middle, first + each);
      for (Figure figure : List.of(small1, large1, large2, small2)) {
        add(figure);
        fault += figure.fault();
      }
      double ratio = (large1.value() + large2.value()) / (small1.value() + small2.value());
      add(new Figure("large: against small", ratio, "times", "≤ 1.15", fault));
    }
  }

  /** With the processor time until the rows are stored, which the load has no part in. */
  private Figure sell(String activity, int from, int to)
      throws IOException, InterruptedException, SQLException {
    long soldBefore = system.rows(activity);
    CpuTimes before = CpuTimes.now(system.processes());
    Stage.Run run =
        new Stage(system, requests, activity, 0, 0, options.connections(), UNTIL_SOLD)
            .load(from, to, false);
    system.awaitStored(activity, soldBefore + to - from);
    Map<String, Double> us = perRequest(CpuTimes.now(system.processes()).since(before), to - from);
    us.remove("load");
    us.remove("ceiling");
    long errors = Scenario.LARGE.errors(run);
    return new Figure(
        activity.equals(LARGE)
            ? "large: a purchase after 1,000,000 others"
            : "large: a purchase after 1,000 others",
        us.values().stream().mapToDouble(Double::doubleValue).sum(),
        "µs",
        "",
        us,
        errors > 0 ? errors + " other answers: " + run.answers() : system.differences(activity));
  }

  /** One unit sold of each, then nothing; awake, because only minutes later they go to rest. */
  private void idle() throws IOException, InterruptedException, SQLException {
    open("idle-0-", IDLE_BEFORE);
    long before = LiveHeap.bytesOf(system.nodePid());
    for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
      open("idle-" + repetition + "-", IDLE);
      String fault = system.differencesOf("idle-" + repetition + "-%");
      long after = LiveHeap.bytesOf(system.nodePid());
      double bytes = (double) (after - before) / IDLE;
      add(new Figure("memory: an idle activity", bytes, "B", "≤ 4,096", fault));
      before = after;
    }
  }

  private void open(String prefix, int count) throws IOException, InterruptedException {
    List<String> activities = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      system.create(prefix + i, FEW, null);
      activities.add(prefix + i);
    }
    system.openAll(activities, requests, 0);
  }
}
