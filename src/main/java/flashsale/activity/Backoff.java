package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;
import java.time.Duration;

/** Waits that double from {@code minMs} to {@code maxMs} while something keeps failing. */
final class Backoff {
  /** So long a book that fails is waited for; then whoever does not need it goes on without. */
  static final long HICCUP_MS = 1_000;

  /** Every idle activity holds five of these, so they are small: 24 days is enough. */
  private final int minMs;

  private final int maxMs;
  private int nextMs;

  Backoff(Duration min, Duration max) {
    minMs = ms(min);
    maxMs = ms(max);
    nextMs = minMs;
  }

  private static int ms(Duration duration) {
    return Math.clamp(duration.toMillis(), 0, Integer.MAX_VALUE);
  }

  /** For epochs that do not last. */
  static Backoff ofOpenings(ActivityLimits limits) {
    return new Backoff(limits.backoffMin(), limits.backoffMax());
  }

  /** For steps that fail. */
  static Backoff ofRetries(ActivityLimits limits) {
    return new Backoff(limits.backoffMin(), limits.retryMax());
  }

  long next() {
    int now = nextMs;
    nextMs = (int) Math.min(2L * nextMs, maxMs);
    return now;
  }

  void reset() {
    nextMs = minMs;
  }
}
