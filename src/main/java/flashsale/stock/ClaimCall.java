package flashsale.stock;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import java.util.List;

/**
 * The arguments of one call of the claim script.
 *
 * <p>Immutable on purpose: after a time-out the very same object is sent again, so the script can
 * prove that it is a replay of itself.
 *
 * @param epoch the caller's epoch
 * @param seq the number the batch gets if anybody is nominated
 * @param sold units sold and nominated in this activity by the caller's count
 * @param stock units on sale
 * @param asks 1 to 256, decided in this order
 */
public record ClaimCall(
    ActivityId activity, long epoch, long seq, long sold, long stock, List<Ask> asks) {
  public static final int ASKS_MAX = 256;

  public ClaimCall {
    asks = List.copyOf(asks);
    if (asks.isEmpty() || asks.size() > ASKS_MAX) {
      throw new IllegalArgumentException(
          "asks: " + asks.size() + " (expected: 1 to " + ASKS_MAX + ")");
    }
  }

  /**
   * One shopper in a call.
   *
   * @param wants true: nominate if possible; false: only say whether the shopper is a buyer
   */
  public record Ask(UserId user, boolean wants) {}
}
