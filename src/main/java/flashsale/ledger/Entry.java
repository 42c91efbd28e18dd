package flashsale.ledger;

import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.util.List;

/** A readable record of the sales log. */
public sealed interface Entry {
  Writer writer();

  /** A new writer took over with this many units on sale. */
  record EpochOpened(Writer writer, long stock) implements Entry {}

  /**
   * One batch of nominations: accepted whole or void whole. {@code seq} is 1, 2, 3 … inside its
   * epoch.
   */
  record Sold(Writer writer, long seq, Product product, List<Item> items) implements Entry {
    public Sold {
      items = List.copyOf(items);
      if (items.isEmpty()) {
        throw new IllegalArgumentException("items: none (expected: 1 or more)");
      }
    }
  }

  /** Nothing is sold after this. */
  record Closed(Writer writer) implements Entry {}

  /** One nomination. */
  record Item(OrderId orderId, UserId userId, int quantity, long claimedAtMs) {}
}
