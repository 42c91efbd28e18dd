package flashsale.saleslog;

import flashsale.ledger.Entry;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.util.List;

/** Entries to put into a log. */
final class Samples {
  static final Writer WRITER = new Writer(1, 42);
  static final Product PRODUCT = new Product("sneaker-42", 9900, "EUR");

  private Samples() {}

  /** A batch of one, told from others by its seq. */
  static Entry.Sold sold(ActivityId activity, long seq) {
    return new Entry.Sold(WRITER, seq, PRODUCT, List.of(item(activity, "user-" + seq)));
  }

  static Entry.Item item(ActivityId activity, String user) {
    UserId id = new UserId(user);
    return new Entry.Item(OrderId.of(activity, id), id, 1, 1_700_000_000_000L);
  }
}
