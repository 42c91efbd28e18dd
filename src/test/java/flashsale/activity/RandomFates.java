package flashsale.activity;

import flashsale.activity.Chaos.Stream;
import flashsale.simulation.ProjectionModel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls that mostly work, and sometimes fail, come late, come twice, or lose their answer. */
final class RandomFates implements Fates {
  /** So late may come what nobody waits for any more. */
  static final int LATE_MS_MAX = 4_000;

  private static final int APPEND_TIME_OUT_MS = 1_000;
  private static final int TIME_OUT_MS = 200;
  private static final int PROJECTION_STREAM = 1_000;

  private final Chaos chaos;
  private final Stream projection;
  private final List<@Nullable Caller> callers = new ArrayList<>();
  private long latestMs;
  private long redisDownUntilMs;
  private long logDownUntilMs;
  private long postgresDownUntilMs;

  private static final class Caller {
    final Stream stream;
    long lastAppendAtMs;

    Caller(Stream stream) {
      this.stream = stream;
    }
  }

  RandomFates(Chaos chaos) {
    this.chaos = chaos;
    projection = chaos.stream(PROJECTION_STREAM);
  }

  void redisDownUntil(long atMs) {
    redisDownUntilMs = atMs;
  }

  void logDownUntil(long atMs) {
    logDownUntilMs = atMs;
  }

  void postgresDownUntil(long atMs) {
    postgresDownUntilMs = atMs;
  }

  boolean isPostgresDown(long nowMs) {
    return nowMs < postgresDownUntilMs && !chaos.isOver();
  }

  /** By then everything that is late has come. */
  long latestMs() {
    return latestMs;
  }

  private Caller caller(Node node) {
    int number = (int) node.incarnation;
    while (callers.size() <= number) {
      callers.add(null);
    }
    Caller caller = callers.get(number);
    if (caller == null) {
      caller = new Caller(chaos.stream(number));
      callers.set(number, caller);
    }
    return caller;
  }

  private static Fault.Scope scopeOf(Effect call) {
    return switch (call) {
      case Effect.Append append -> Fault.Scope.APPEND;
      case Effect.ReplayJournal replay -> Fault.Scope.JOURNAL_CALL;
      case Effect.WriteJournal write -> Fault.Scope.JOURNAL_CALL;
      case Effect.ReadSnapshot read -> Fault.Scope.POSTGRES_READ;
      default -> Fault.Scope.REDIS_CALL;
    };
  }

  @Override
  public Fate of(Node node, Effect call) {
    Caller caller = caller(node);
    Fault.Scope scope = scopeOf(call);
    Fault fault = chaos.strike(caller.stream, scope);
    Dice dice = caller.stream.dice();
    long now = node.world().now();
    int timeOutMs = scope == Fault.Scope.APPEND ? APPEND_TIME_OUT_MS : TIME_OUT_MS;
    if (!chaos.isOver() && now < downUntilMs(scope)) {
      return new Fate(Fate.NEVER, false, dice.oneIn(2) ? 2 : timeOutMs, Fate.NEVER);
    }
    if (fault == null) {
      return works(caller, call, now);
    }
    node.world().noteFault(fault, caller.stream.id(), node);
    return switch (fault) {
      case REDIS_CALL_REFUSED, APPEND_REFUSED, JOURNAL_CALL_REFUSED, SNAPSHOT_REFUSED ->
          new Fate(Fate.NEVER, false, dice.between(1, 20), Fate.NEVER);
      case REDIS_CALL_LOST, APPEND_LOST, JOURNAL_CALL_LOST, SNAPSHOT_LOST ->
          new Fate(Fate.NEVER, false, timeOutMs, Fate.NEVER);
      case REDIS_REPLY_LOST, APPEND_ACK_LOST, JOURNAL_ACK_LOST ->
          new Fate(dice.between(1, 5), false, dice.oneIn(2) ? 6 : timeOutMs, Fate.NEVER);
      case REDIS_CALL_LATE, APPEND_LATE, JOURNAL_CALL_LATE ->
          new Fate(late(now, timeOutMs, dice), false, timeOutMs, Fate.NEVER);
      case REDIS_CALL_REPEATED, APPEND_REPEATED ->
          new Fate(dice.between(1, 5), true, dice.between(1, 50), late(now, 0, dice));
      default -> new Fate(dice.below(timeOutMs), true, dice.below(50), Fate.NEVER);
    };
  }

  private long late(long now, int afterMs, Dice dice) {
    long ms = 0L + afterMs + dice.below(dice.oneIn(2) ? LATE_MS_MAX / 8 : LATE_MS_MAX);
    latestMs = Math.max(latestMs, now + ms);
    return ms;
  }

  private long downUntilMs(Fault.Scope scope) {
    return switch (scope) {
      case APPEND -> logDownUntilMs;
      case JOURNAL_CALL, POSTGRES_READ -> postgresDownUntilMs;
      default -> redisDownUntilMs;
    };
  }

  /** Appends of one node reach the log in their order when all is well. */
  private static Fate works(Caller caller, Effect call, long now) {
    Dice dice = caller.stream.dice();
    long afterMs = dice.between(1, 4);
    if (call instanceof Effect.Append) {
      long at = Math.max(now + afterMs, caller.lastAppendAtMs);
      caller.lastAppendAtMs = at;
      afterMs = at - now;
    }
    return new Fate(afterMs, true, dice.between(1, 3), Fate.NEVER);
  }

  @Override
  public StepFate ofStep(Node node, int effects) {
    Stream stream = caller(node).stream;
    Fault fault = chaos.strike(stream, Fault.Scope.STEP);
    if (fault == null) {
      return StepFate.WHOLE;
    }
    node.world().noteFault(fault, stream.id(), node);
    Dice dice = stream.dice();
    int performed = dice.between(0, effects);
    return new StepFate(
        performed,
        fault == Fault.ACTOR_DIED_IN_A_STEP
            ? Fate.NEVER
            : dice.between(1, dice.oneIn(2) ? 400 : 5_000));
  }

  @Override
  public TailFate ofTail(Node node) {
    Stream stream = caller(node).stream;
    Fault fault = chaos.strike(stream, Fault.Scope.TAIL);
    if (fault == null) {
      return TailFate.PROMPT;
    }
    node.world().noteFault(fault, stream.id(), node);
    Dice dice = stream.dice();
    return fault == Fault.ENTRIES_DELAYED
        ? new TailFate(dice.between(1, 800), 0)
        : new TailFate(0, dice.between(1, 3));
  }

  @Override
  public int entriesOfOldTail(Node node) {
    Stream stream = caller(node).stream;
    Fault fault = chaos.strike(stream, Fault.Scope.FOLLOW);
    if (fault == null) {
      return 0;
    }
    node.world().noteFault(fault, stream.id(), node);
    return stream.dice().between(1, 3);
  }

  @Override
  public ProjectionModel.Fate ofTransaction() {
    Fault fault = chaos.strike(projection, Fault.Scope.PROJECTION);
    if (fault == null) {
      return ProjectionModel.Fate.WORKS;
    }
    return switch (fault) {
      case PROJECTION_DIED_BEFORE_ROWS -> ProjectionModel.Fate.DIES_BEFORE_THE_ROWS;
      case PROJECTION_DIED_BEFORE_COMMIT -> ProjectionModel.Fate.DIES_BEFORE_THE_COMMIT;
      case PROJECTION_ACK_LOST -> ProjectionModel.Fate.ACK_LOST;
      default -> ProjectionModel.Fate.READS_AGAIN;
    };
  }
}
