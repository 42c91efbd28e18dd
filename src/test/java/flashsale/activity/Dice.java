package flashsale.activity;

/** Random numbers of a seed: SplitMix64, which is fast and has no bad seeds. */
final class Dice {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private long state;

  Dice(long seed) {
    state = seed;
  }

  /** Of a stream that has nothing to do with those of other numbers. */
  static long seedOf(long seed, long stream) {
    return mix(mix(seed + STEP) + stream * STEP);
  }

  void begin(long seed) {
    state = seed;
  }

  long nextLong() {
    state += STEP;
    return mix(state);
  }

  /** 0 to {@code bound - 1}. */
  int below(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** Both inclusive. */
  int between(int min, int max) {
    return min + below(max - min + 1);
  }

  boolean oneIn(int n) {
    return below(n) == 0;
  }

  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
