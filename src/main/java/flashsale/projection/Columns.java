package flashsale.projection;

import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows as values, and values as what a column can hold. */
final class Columns {
  static final String OF_LEDGER = "epoch, incarnation, seq, sold, stock, closed";
  static final String OF_ORDER =
      "order_id, activity_id, user_id, quantity, product_id, unit_price, currency, sequence, confirmed_at";

  /** Milliseconds to a timestamp, exactly. */
  static final String TIMESTAMP_OF_MS = "timestamptz 'epoch' + %s * interval '1 millisecond'";

  /** 9999-12-31T23:59:59.999Z. */
  private static final long MS_MAX = 253_402_300_799_999L;

  private Columns() {}

  static Ledger ledger(ResultSet row) throws SQLException {
    return new Ledger(
        new Writer(row.getLong("epoch"), row.getLong("incarnation")),
        row.getLong("seq"),
        row.getLong("sold"),
        row.getLong("stock"),
        row.getBoolean("closed"));
  }

  static Order order(ResultSet row) throws SQLException {
    return new Order(
        new OrderId(row.getObject("order_id", UUID.class)),
        new ActivityId(row.getString("activity_id")),
        new UserId(row.getString("user_id")),
        row.getInt("quantity"),
        new Product(
            row.getString("product_id"), row.getLong("unit_price"), row.getString("currency")),
        row.getLong("sequence"),
        instant(row, "confirmed_at"));
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  static @Nullable OffsetDateTime timestamp(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  /** A record is decided whatever its clocks said; no time may keep it from being stored. */
  static long storableMs(long ms) {
    return Math.clamp(ms, 0, MS_MAX);
  }

  /** The one character that text in Postgres cannot hold becomes the replacement character. */
  static String storableText(String text) {
    return text.replace('\0', '\uFFFD');
  }
}
