package flashsale.activity;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Calls that mostly work, and sometimes fail, come late, come twice, or lose their answer. */
final class RandomFates implements Fates {
  private static final int LATE_MS_MAX = 8_000;

  private final Random random;
  private final Map<Node, Long> lastAppendAtMs = new HashMap<>();
  private double trouble;

  RandomFates(Random random) {
    this.random = random;
  }

  /** The share of calls that meet with trouble. */
  void trouble(double share) {
    trouble = share;
  }

  @Override
  public Fate of(Node node, Effect call) {
    if (random.nextDouble() >= trouble) {
      return works(node, call);
    }
    long timeOutMs = timeOutMs(call);
    return switch (random.nextInt(6)) {
      case 0 -> new Fate(Fate.NEVER, false, 1 + random.nextInt(20), Fate.NEVER);
      case 1 -> new Fate(Fate.NEVER, false, timeOutMs, Fate.NEVER);
      case 2 -> new Fate(1 + random.nextInt(5), false, timeOutMs, Fate.NEVER);
      case 3 -> new Fate(timeOutMs + random.nextInt(LATE_MS_MAX), false, timeOutMs, Fate.NEVER);
      case 4 -> new Fate(random.nextInt((int) timeOutMs), true, random.nextInt(50), Fate.NEVER);
      default -> twice(call);
    };
  }

  /** Appends of one node reach the log in their order when all is well. */
  private Fate works(Node node, Effect call) {
    long afterMs = 1L + random.nextInt(4);
    if (call instanceof Effect.Append) {
      long now = node.world().now();
      long at = Math.max(now + afterMs, lastAppendAtMs.getOrDefault(node, 0L));
      lastAppendAtMs.put(node, at);
      afterMs = at - now;
    }
    return new Fate(afterMs, true, 1 + random.nextInt(3), Fate.NEVER);
  }

  /** Redis clients send again what was in flight when a connection broke; the producer does not. */
  private Fate twice(Effect call) {
    boolean isForRedis =
        call instanceof Effect.Judge || call instanceof Effect.Load || call instanceof Effect.Flip;
    long again = isForRedis ? random.nextInt(LATE_MS_MAX) : Fate.NEVER;
    return new Fate(1 + random.nextInt(5), true, 1 + random.nextInt(100), again);
  }

  private static long timeOutMs(Effect call) {
    return call instanceof Effect.Append ? 3_000 : 300;
  }
}
