package flashsale.activity;

/**
 * What becomes of one call.
 *
 * @param takesPlaceAfterMs {@link #NEVER}: it does not
 * @param succeeds the caller hears the result; otherwise that the call failed
 * @param heardAfterMs of a result: after it took place; of a failure: after the call
 * @param again the call takes place a second time so much later; {@link #NEVER}: it does not
 */
record Fate(long takesPlaceAfterMs, boolean succeeds, long heardAfterMs, long again) {
  static final long NEVER = Long.MAX_VALUE;

  static final Fate WORKS = new Fate(1, true, 1, NEVER);
  static final Fate FAILS = new Fate(NEVER, false, 2, NEVER);
  static final Fate FAILS_BUT_HAPPENED = new Fate(1, false, 2, NEVER);

  /** Waits until {@link World#release}. */
  static final Fate HELD = new Fate(-1, true, -1, NEVER);

  static Fate failsAndHappensAfter(long ms) {
    return new Fate(ms, false, 2, NEVER);
  }

  static Fate slow(long ms) {
    return new Fate(ms, true, 1, NEVER);
  }
}
