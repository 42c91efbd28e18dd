package flashsale.model;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A node's one clock: milliseconds since 1970-01-01T00:00:00Z, which never go back and never stand
 * still.
 *
 * <p>It follows the wall clock forward. When the wall clock is behind what was said, because it was
 * set back, this one runs on at half speed by the monotonic clock until the wall clock has caught
 * up. So whoever waits for a while goes on waiting, at most twice as long, instead of for as long
 * as the clock was set back; and a time and a timer never disagree about which comes first. Times
 * may be compared only if the same clock told them. Safe for many threads.
 */
public final class SlewedClock implements LongSupplier {
  private final LongSupplier wallMs;
  private final LongSupplier nanos;

  /** What the wall clock said when it was last ahead, as nanoseconds, and when that was. */
  private long leadNanos;

  private long leadAtNanos;

  /**
   * @param wallMs milliseconds since the epoch; may go back
   * @param nanos nanoseconds since any moment; never goes back
   */
  SlewedClock(LongSupplier wallMs, LongSupplier nanos) {
    this.wallMs = wallMs;
    this.nanos = nanos;
    leadNanos = wallNanos();
    leadAtNanos = nanos.getAsLong();
  }

  /** Follows this machine's clock. */
  public static SlewedClock ofThisMachine() {
    return new SlewedClock(System::currentTimeMillis, System::nanoTime);
  }

  @Override
  public synchronized long getAsLong() {
    long at = nanos.getAsLong();
    long wall = wallNanos();
    long slewed = leadNanos + (at - leadAtNanos) / 2;
    if (wall > slewed) {
      leadNanos = wall;
      leadAtNanos = at;
      slewed = wall;
    }
    return TimeUnit.NANOSECONDS.toMillis(slewed);
  }

  private long wallNanos() {
    return TimeUnit.MILLISECONDS.toNanos(wallMs.getAsLong());
  }
}
