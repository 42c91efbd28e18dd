package flashsale.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One sale of one thing, as it was created.
 *
 * @param title 1 to 200 characters
 * @param stock units on sale, 1 to {@link #STOCK_MAX}
 * @param opensAt null: at once
 * @param closesAt null: never by itself; otherwise after {@code opensAt}
 */
public record Activity(
    ActivityId id,
    String title,
    Product product,
    long stock,
    @Nullable Instant opensAt,
    @Nullable Instant closesAt) {
  public static final long STOCK_MAX = 10_000_000;
  public static final int TITLE_CHARACTERS_MAX = 200;

  public Activity {
    if (title.isBlank()
        || title.length() > TITLE_CHARACTERS_MAX
        || title.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "title: "
              + Quoted.of(title)
              + " (expected: 1 to 200 characters, not only blanks, no control characters)");
    }
    requireStock(stock);
    if (opensAt != null && closesAt != null && !closesAt.isAfter(opensAt)) {
      throw new IllegalArgumentException(
          "closesAt: " + closesAt + " (expected: after opensAt " + opensAt + ")");
    }
  }

  /** Returns {@code stock}, or throws when it is outside 1 to {@link #STOCK_MAX}. */
  public static long requireStock(long stock) {
    if (stock < 1 || stock > STOCK_MAX) {
      throw new IllegalArgumentException("stock: " + stock + " (expected: 1 to " + STOCK_MAX + ")");
    }
    return stock;
  }

  public Activity withStock(long newStock) {
    return new Activity(id, title, product, newStock, opensAt, closesAt);
  }
}
