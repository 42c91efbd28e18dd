package flashsale.projection;

import flashsale.model.ActivityId;
import flashsale.projection.BatchFold.Sale;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts sales as orders, many in one statement, inside a transaction of somebody else's.
 *
 * <p>What the table cannot take, because the shopper or the place is taken, goes to {@code
 * conflicts}: the log has decided it, so it must neither stop the partition nor be lost.
 */
final class SalesInsert {
  private static final Logger log = LoggerFactory.getLogger(SalesInsert.class);

  /** Keeps one statement far below the statement time-out. */
  private static final int ROWS_PER_STATEMENT_MAX = 10_000;

  private static final String INSERT_ORDERS =
      """
      insert into orders (order_id, activity_id, product_id, user_id, quantity, unit_price,
        currency, sequence, epoch, claimed_at, confirmed_at)
      select order_id, activity_id, product_id, user_id, quantity, unit_price, currency, sequence,
        epoch, %s, %s
      from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::int4[], ?::int8[], ?::text[],
        ?::int8[], ?::int8[], ?::int8[], ?::int8[])
        as sale (order_id, activity_id, product_id, user_id, quantity, unit_price, currency,
          sequence, epoch, claimed_ms, confirmed_ms)
      """
          .formatted(
              Columns.TIMESTAMP_OF_MS.formatted("claimed_ms"),
              Columns.TIMESTAMP_OF_MS.formatted("confirmed_ms"));

  private static final String UNLESS_TAKEN =
      " on conflict do nothing returning activity_id, sequence";

  /** SQLSTATE unique_violation. */
  private static final String TAKEN = "23505";

  private static final String INSERT_CONFLICT =
      """
      insert into conflicts (partition, record_offset, activity_id, sequence, order_id, user_id,
        epoch, claimed_at, confirmed_at)
      values (?, ?, ?, ?, ?, ?, ?, %s, %s)
      on conflict do nothing
      """
          .formatted(
              Columns.TIMESTAMP_OF_MS.formatted("?"), Columns.TIMESTAMP_OF_MS.formatted("?"));

  /** A place in an activity; inside one fold no two sales share one. */
  private record Place(ActivityId activity, long sequence) {}

  private final Connection connection;
  private final int partition;

  SalesInsert(Connection connection, int partition) {
    this.connection = connection;
    this.partition = partition;
  }

  void insert(List<Sale> sales) throws SQLException {
    for (int from = 0; from < sales.size(); from += ROWS_PER_STATEMENT_MAX) {
      List<Sale> some = sales.subList(from, Math.min(sales.size(), from + ROWS_PER_STATEMENT_MAX));
      if (!insertOrders(some)) {
        insertUntaken(some);
      }
    }
  }

  /**
   * All of them, or none: false. A conflict is a rare accident, and to be ready for it row by row
   * nearly doubles what a row costs Postgres.
   */
  private boolean insertOrders(List<Sale> sales) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (PreparedStatement insert = connection.prepareStatement(INSERT_ORDERS)) {
      set(insert, sales);
      insert.executeUpdate();
      connection.releaseSavepoint(before);
      return true;
    } catch (SQLException e) {
      if (!TAKEN.equals(e.getSQLState())) {
        throw e;
      }
      connection.rollback(before);
      return false;
    }
  }

  private void insertUntaken(List<Sale> sales) throws SQLException {
    Set<Place> stored = new HashSet<>();
    try (PreparedStatement insert = connection.prepareStatement(INSERT_ORDERS + UNLESS_TAKEN)) {
      set(insert, sales);
      try (ResultSet row = insert.executeQuery()) {
        while (row.next()) {
          stored.add(new Place(new ActivityId(row.getString(1)), row.getLong(2)));
        }
      }
    }
    insertConflicts(
        sales.stream()
            .filter(sale -> !stored.contains(new Place(sale.activity(), sale.sequence())))
            .toList());
  }

  private void set(PreparedStatement insert, List<Sale> sales) throws SQLException {
    insert.setArray(1, array("uuid", sales, sale -> sale.item().orderId().value()));
    insert.setArray(2, array("text", sales, sale -> sale.activity().value()));
    insert.setArray(3, array("text", sales, sale -> sale.product().productId()));
    insert.setArray(4, array("text", sales, sale -> sale.item().userId().value()));
    insert.setArray(5, array("int4", sales, sale -> sale.item().quantity()));
    insert.setArray(6, array("int8", sales, sale -> sale.product().amount()));
    insert.setArray(7, array("text", sales, sale -> sale.product().currency()));
    insert.setArray(8, array("int8", sales, Sale::sequence));
    insert.setArray(9, array("int8", sales, Sale::epoch));
    insert.setArray(10, array("int8", sales, sale -> sale.item().claimedAtMs()));
    insert.setArray(11, array("int8", sales, sale -> Columns.storableMs(sale.confirmedAtMs())));
  }

  private Array array(String type, List<Sale> sales, Function<Sale, Object> value)
      throws SQLException {
    return connection.createArrayOf(type, sales.stream().map(value).toArray());
  }

  private void insertConflicts(List<Sale> sales) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT_CONFLICT)) {
      for (Sale sale : sales) {
        log.atError()
            .addKeyValue("activityId", sale.activity())
            .addKeyValue("orderId", sale.item().orderId())
            .addKeyValue("sequence", sale.sequence())
            .addKeyValue("partition", partition)
            .addKeyValue("offset", sale.offset())
            .log("conflict: the order table cannot take a sale that the log decided");
        insert.setInt(1, partition);
        insert.setLong(2, sale.offset());
        insert.setString(3, sale.activity().value());
        insert.setLong(4, sale.sequence());
        insert.setObject(5, sale.item().orderId().value());
        insert.setString(6, sale.item().userId().value());
        insert.setLong(7, sale.epoch());
        insert.setLong(8, sale.item().claimedAtMs());
        insert.setLong(9, Columns.storableMs(sale.confirmedAtMs()));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
