package flashsale.projection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import flashsale.projection.BatchFold.Sale;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Sales as rows of {@code orders}, in the binary format of Postgres's COPY: a signature, of each
 * row the number of its fields and of each field its length and its value, and a trailer.
 *
 * @see <a href="https://www.postgresql.org/docs/17/sql-copy.html">COPY, "Binary Format"</a>
 */
final class OrderRows {
  static final String COPY =
      """
      copy orders (order_id, activity_id, product_id, user_id, quantity, unit_price, currency,
        sequence, epoch, claimed_at, confirmed_at) from stdin (format binary)
      """;

  private static final int FIELDS = 11;
  private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(ISO_8859_1);
  private static final int NO_FLAGS = 0;
  private static final int NO_EXTENSION = 0;
  private static final int TRAILER = -1;

  /** Postgres counts microseconds from here. */
  private static final long EPOCH_MS = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

  private static final int BYTES_PER_ROW_ABOUT = 192;

  private final DataOutputStream out;

  private OrderRows(DataOutputStream out) {
    this.out = out;
  }

  static byte[] of(List<Sale> sales) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(sales.size() * BYTES_PER_ROW_ABOUT);
    try {
      new OrderRows(new DataOutputStream(bytes)).write(sales);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void write(List<Sale> sales) throws IOException {
    out.write(SIGNATURE);
    out.writeInt(NO_FLAGS);
    out.writeInt(NO_EXTENSION);
    for (Sale sale : sales) {
      write(sale);
    }
    out.writeShort(TRAILER);
  }

  private void write(Sale sale) throws IOException {
    out.writeShort(FIELDS);
    uuid(sale.item().orderId().value());
    text(sale.activity().value());
    text(sale.product().productId());
    text(sale.item().userId().value());
    integer(sale.item().quantity());
    bigint(sale.product().amount());
    text(sale.product().currency());
    bigint(sale.sequence());
    bigint(sale.epoch());
    timestamp(sale.item().claimedAtMs());
    timestamp(sale.confirmedAtMs());
  }

  private void uuid(UUID value) throws IOException {
    out.writeInt(2 * Long.BYTES);
    out.writeLong(value.getMostSignificantBits());
    out.writeLong(value.getLeastSignificantBits());
  }

  private void text(String value) throws IOException {
    byte[] bytes = value.getBytes(UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private void integer(int value) throws IOException {
    out.writeInt(Integer.BYTES);
    out.writeInt(value);
  }

  private void bigint(long value) throws IOException {
    out.writeInt(Long.BYTES);
    out.writeLong(value);
  }

  private void timestamp(long ms) throws IOException {
    bigint((Columns.storableMs(ms) - EPOCH_MS) * 1_000);
  }
}
