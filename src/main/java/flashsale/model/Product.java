package flashsale.model;

/**
 * What an activity sells, and for how much.
 *
 * @param productId 1 to 128 characters, none of them a control character; the shop's own name for
 *     the thing
 * @param amount unit price in minor units of the currency, 0 to 10^12
 * @param currency ISO 4217, three capital letters
 */
public record Product(String productId, long amount, String currency) {
  public static final int PRODUCT_ID_CHARACTERS_MAX = 128;
  public static final long AMOUNT_MAX = 1_000_000_000_000L;

  public Product {
    if (productId.isEmpty()
        || productId.length() > PRODUCT_ID_CHARACTERS_MAX
        || productId.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "productId: "
              + Quoted.of(productId)
              + " (expected: 1 to 128 characters, no control characters)");
    }
    if (amount < 0 || amount > AMOUNT_MAX) {
      throw new IllegalArgumentException(
          "amount: " + amount + " (expected: 0 to " + AMOUNT_MAX + ")");
    }
    if (currency.length() != 3 || !currency.chars().allMatch(c -> c >= 'A' && c <= 'Z')) {
      throw new IllegalArgumentException(
          "currency: " + Quoted.of(currency) + " (expected: three letters, ISO 4217)");
    }
  }
}
