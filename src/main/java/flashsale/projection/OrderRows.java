package flashsale.projection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import flashsale.projection.BatchFold.Sale;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.postgresql.copy.CopyIn;

/**
 * Sales as rows of {@code orders}, in the binary format of Postgres's COPY: a signature, of each
 * row the number of its fields and of each field its length and its value, and a trailer. They are
 * sent in pieces, so that Postgres stores the first while the next are written.
 *
 * @see <a href="https://www.postgresql.org/docs/17/sql-copy.html">COPY, "Binary Format"</a>
 */
final class OrderRows {
  static final String COPY =
      """
      copy orders (order_id, activity_id, product_id, user_id, quantity, unit_price, currency,
        sequence, epoch, claimed_at, confirmed_at) from stdin (format binary)
      """;

  private static final short FIELDS = 11;
  private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(ISO_8859_1);
  private static final int NO_FLAGS = 0;
  private static final int NO_EXTENSION = 0;
  private static final short TRAILER = -1;

  /** Postgres counts microseconds from here. */
  private static final long EPOCH_MS = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

  private static final int PIECE_BYTES = 1 << 16;

  /** Far more than the longest names take. */
  private static final int ROW_BYTES_MAX = 2_048;

  private final CopyIn copy;
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);

  OrderRows(CopyIn copy) {
    this.copy = copy;
  }

  void send(List<Sale> sales) throws SQLException {
    piece.put(SIGNATURE).putInt(NO_FLAGS).putInt(NO_EXTENSION);
    for (Sale sale : sales) {
      if (piece.remaining() < ROW_BYTES_MAX) {
        send();
      }
      put(sale);
    }
    piece.putShort(TRAILER);
    send();
  }

  private void send() throws SQLException {
    copy.writeToCopy(piece.array(), 0, piece.position());
    piece.clear();
  }

  private void put(Sale sale) {
    piece.putShort(FIELDS);
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

  private void uuid(UUID value) {
    piece.putInt(2 * Long.BYTES);
    piece.putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
  }

  private void text(String value) {
    byte[] bytes = value.getBytes(UTF_8);
    piece.putInt(bytes.length).put(bytes);
  }

  private void integer(int value) {
    piece.putInt(Integer.BYTES).putInt(value);
  }

  private void bigint(long value) {
    piece.putInt(Long.BYTES).putLong(value);
  }

  private void timestamp(long ms) {
    bigint((Columns.storableMs(ms) - EPOCH_MS) * 1_000);
  }
}
