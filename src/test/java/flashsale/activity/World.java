package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;
import flashsale.ledger.Entry;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Product;
import flashsale.simulation.JournalModel;
import flashsale.simulation.LogModel;
import flashsale.simulation.PostgresModel;
import flashsale.simulation.ProjectionModel;
import flashsale.simulation.RedisModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Everything around the cores of one activity, on virtual time: one event loop, in which the same
 * fates always give the same history.
 *
 * <p>Whatever a core says is checked at once against the log: see {@link Promises}.
 */
final class World {
  static final ActivityId ID = new ActivityId("sale");
  static final Product PRODUCT = new Product("thing", 4_999, "EUR");
  static final long START_MS = Instant.parse("2026-01-01T10:00:00Z").toEpochMilli();
  static final ActivityLimits LIMITS = limits(1, Duration.ZERO);

  static ActivityLimits limits(int batchFollowingMin, Duration soldOutValid) {
    return new ActivityLimits(
        50,
        Duration.ofSeconds(3),
        256,
        8,
        batchFollowingMin,
        Duration.ofMillis(20),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        soldOutValid,
        Duration.ofMillis(500),
        Duration.ofMillis(100),
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        5,
        4,
        Duration.ofMinutes(2));
  }

  private static final long PROJECTION_MS = 50;
  private static final long TICK_MS = 200;
  private static final int RECORDS_PER_TRANSACTION_MAX = 4;
  private static final int REPLICAS_MAX = 24;

  private record Task(long atMs, long number, Runnable run) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      return atMs == other.atMs
          ? Long.compare(number, other.number)
          : Long.compare(atMs, other.atMs);
    }
  }

  private record Held(Effect effect, Runnable run) {}

  final RedisModel redis = new RedisModel();
  final LogModel log = new LogModel();
  final PostgresModel postgres = new PostgresModel();
  final JournalModel journal = new JournalModel();

  private final ActivityLimits limits;
  private final Fates fates;
  private final Promises promises = new Promises(this);
  private final RedisPromises redisPromises = new RedisPromises(this);
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private final List<Held> held = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private @Nullable List<String> history;
  private @Nullable Instant opensAt;
  private final long tickMs;
  private final List<ProjectionModel> projections = new ArrayList<>();
  private final List<Runnable> replicas = new ArrayList<>();
  private final HistoryHash hash = new HistoryHash();
  private boolean keepsReplicas;
  private boolean projecting = true;
  private boolean projectionDue;
  private long brokerSkewMs;
  private long steps;
  private long nowMs = START_MS;
  private long lastTask;
  private long lastIncarnation;

  World(ActivityLimits limits, Fates fates) {
    this(limits, fates, TICK_MS);
  }

  /**
   * @param tickMs how often a tail says that it is fresh
   */
  World(ActivityLimits limits, Fates fates, long tickMs) {
    this.limits = limits;
    this.fates = fates;
    this.tickMs = tickMs;
    projections.add(new ProjectionModel(ID, log, postgres));
  }

  static Activity activity(long stock) {
    return activity(stock, null, null);
  }

  static Activity activity(long stock, @Nullable Instant opensAt, @Nullable Instant closesAt) {
    return new Activity(ID, "A sale", PRODUCT, stock, opensAt, closesAt);
  }

  /** The activity was created before the story begins. */
  World with(Activity activity) {
    opensAt = activity.opensAt();
    journal.insert(1, JournalEvent.Created.of(0, activity));
    return this;
  }

  /** Opens an epoch in which nothing is sold yet, of an activity that was open before. */
  void open(Node node) {
    journal.insert(2, new JournalEvent.EpochStarted(0));
    node.findPurchase("nobody");
    runFor(100);
  }

  @Nullable Instant opensAt() {
    return opensAt;
  }

  ActivityLimits limits() {
    return limits;
  }

  Promises promises() {
    return promises;
  }

  RedisPromises redisPromises() {
    return redisPromises;
  }

  long nextIncarnation() {
    return lastIncarnation + 1;
  }

  Node start() {
    return start(0);
  }

  Node start(long clockSkewMs) {
    Node node = new Node(this, ++lastIncarnation, clockSkewMs);
    nodes.add(node);
    node.start();
    return node;
  }

  List<Node> alive() {
    nodes.removeIf(node -> !node.isAlive());
    return List.copyOf(nodes);
  }

  // Time.

  long now() {
    return nowMs;
  }

  void at(long atMs, Runnable run) {
    tasks.add(new Task(Math.max(atMs, nowMs), ++lastTask, run));
  }

  void in(long ms, Runnable run) {
    at(nowMs + ms, run);
  }

  void soon(Runnable run) {
    in(1, run);
  }

  void runFor(long ms) {
    long endMs = nowMs + ms;
    Task next = tasks.peek();
    while (next != null && next.atMs <= endMs) {
      tasks.remove();
      nowMs = next.atMs;
      next.run.run();
      next = tasks.peek();
    }
    nowMs = endMs;
  }

  // Calls.

  Fate fateOf(Node node, Effect call) {
    return fates.of(node, call);
  }

  void hold(Effect effect, Runnable run) {
    held.add(new Held(effect, run));
  }

  /** Lets the held calls of this kind go on, in order. */
  void release(Class<? extends Effect> kind) {
    List<Held> released = held.stream().filter(one -> kind.isInstance(one.effect)).toList();
    held.removeAll(released);
    released.forEach(one -> one.run.run());
  }

  Fates fates() {
    return fates;
  }

  long tickMs() {
    return tickMs;
  }

  // The log and its projection.

  long append(Entry entry) {
    long offset = log.append(nowMs, nowMs + brokerSkewMs, entry);
    hash.add(offset);
    hash.add(entry);
    note("log", entry, "at", offset);
    for (Node node : nodes) {
      if (node.isAlive()) {
        soon(node::readTail);
      }
    }
    projectSoon();
    return offset;
  }

  void setBrokerClock(long skewMs) {
    brokerSkewMs = skewMs;
  }

  private void projectSoon() {
    if (!projectionDue) {
      projectionDue = true;
      in(PROJECTION_MS, this::project);
    }
  }

  private void project() {
    projectionDue = false;
    if (!projecting) {
      return;
    }
    boolean done = true;
    for (ProjectionModel projection : projections) {
      projection.run(RECORDS_PER_TRANSACTION_MAX, fates.ofTransaction());
      done &= projection.isDone();
    }
    hash.add(postgres.position());
    note("projection", "at", postgres.position(), postgres.ledger());
    if (!done) {
      projectSoon();
    }
  }

  void stopProjection() {
    projecting = false;
  }

  void startProjection() {
    projecting = true;
    projectSoon();
  }

  /** A second consumer of the partition, until {@link #endSecondProjection}. */
  boolean beginSecondProjection() {
    boolean alone = projections.size() == 1;
    if (alone) {
      projections.add(new ProjectionModel(ID, log, postgres));
      projectSoon();
    }
    return alone;
  }

  void endSecondProjection() {
    if (projections.size() > 1) {
      projections.removeFirst();
    }
  }

  void loseCommits(int transactions) {
    postgres.loseLast(transactions);
    projectSoon();
  }

  /** A consumer that has nothing to store does not notice that Postgres lost what it stored. */
  void restartProjection() {
    projections.clear();
    projections.add(new ProjectionModel(ID, log, postgres));
    projectSoon();
  }

  // Redis's replicas.

  void keepReplicas() {
    keepsReplicas = true;
  }

  /** Called after every call to Redis that took place. */
  void redisChanged() {
    if (keepsReplicas) {
      if (replicas.size() == REPLICAS_MAX) {
        replicas.removeFirst();
      }
      replicas.add(redis.snapshot());
    }
  }

  /** What replicas hold, the stalest first. */
  List<Runnable> replicas() {
    return replicas;
  }

  // What was done, for the message of a failure, and as a number.

  void keepHistory() {
    history = new ArrayList<>();
  }

  boolean keepsHistory() {
    return history != null;
  }

  HistoryHash hash() {
    return hash;
  }

  long hashValue() {
    return hash.value();
  }

  void stepped() {
    steps++;
  }

  long steps() {
    return steps;
  }

  void noteFault(Fault fault, Plan.FaultId id, Object where) {
    hash.add(fault.name());
    note("FAULT " + id, fault, "at", where);
  }

  void note(Object who, Object... what) {
    if (history != null) {
      StringBuilder line = new StringBuilder();
      line.append(String.format(Locale.ROOT, "%6d %s:", nowMs - START_MS, who));
      for (Object part : what) {
        line.append(' ').append(part);
      }
      history.add(line.toString());
    }
  }

  List<String> historyLines() {
    return history == null ? List.of() : history;
  }
}
