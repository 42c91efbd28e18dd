package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;

/** Waits that double from {@code minMs} to {@code maxMs} while something keeps failing. */
final class Backoff {
  /** So long a book that fails is waited for; then whoever does not need it goes on without. */
  static final long HICCUP_MS = 1_000;

  private final long minMs;
  private final long maxMs;
  private long nextMs;

  Backoff(long minMs, long maxMs) {
    this.minMs = minMs;
    this.maxMs = maxMs;
    this.nextMs = minMs;
  }

  /** For epochs that do not last. */
  static Backoff ofOpenings(ActivityLimits limits) {
    return new Backoff(limits.backoffMin().toMillis(), limits.backoffMax().toMillis());
  }

  /** For steps that fail. */
  static Backoff ofRetries(ActivityLimits limits) {
    return new Backoff(limits.backoffMin().toMillis(), limits.retryMax().toMillis());
  }

  long next() {
    long now = nextMs;
    nextMs = Math.min(nextMs * 2, maxMs);
    return now;
  }

  void reset() {
    nextMs = minMs;
  }
}
