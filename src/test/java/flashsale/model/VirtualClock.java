package flashsale.model;

import java.util.function.LongSupplier;

/** Makes a node's clock for tests in which time does not pass by itself. */
public final class VirtualClock {
  private VirtualClock() {}

  /**
   * Makes one.
   *
   * @param wallMs what the machine's clock shows; may go back
   * @param nanos never goes back
   */
  public static SlewedClock of(LongSupplier wallMs, LongSupplier nanos) {
    return new SlewedClock(wallMs, nanos);
  }
}
