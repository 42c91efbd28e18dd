package flashsale.saleslog;

import java.time.Duration;

/** How often the tail broke of late, and how long it rests after it. */
final class TailBreaks {
  private static final Duration PAUSE_MIN = Duration.ofMillis(200);
  private static final int DOUBLINGS_MAX = 6;
  private static final int MANY = 3;

  /** A tail that worked for this long is sound again. */
  private static final Duration SOUND_AFTER = Duration.ofSeconds(30);

  private volatile int inARow;
  private volatile long lastAtNanos;

  /** It broke. For the tail's thread. */
  void note(long nowNanos) {
    inARow = isSound(nowNanos) ? 1 : Math.min(inARow + 1, MANY + DOUBLINGS_MAX);
    lastAtNanos = nowNanos;
  }

  int inARow() {
    return inARow;
  }

  /** From 200 ms to 12.8 s. */
  long pauseNanos() {
    return PAUSE_MIN.toNanos() << Math.clamp(inARow - 1, 0, DOUBLINGS_MAX);
  }

  /** Whether somebody has to look at it. For any thread. */
  boolean areMany(long nowNanos) {
    return inARow >= MANY && !isSound(nowNanos);
  }

  private boolean isSound(long nowNanos) {
    return inARow == 0 || nowNanos - lastAtNanos > SOUND_AFTER.toNanos();
  }
}
