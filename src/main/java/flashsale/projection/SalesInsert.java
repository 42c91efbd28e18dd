package flashsale.projection;

import flashsale.projection.BatchFold.Sale;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts sales as orders, many at a time, inside a transaction of somebody else's.
 *
 * <p>What the table cannot take, because the shopper or the place is taken, goes to {@code
 * conflicts}: the log has decided it, so it must neither stop the partition nor be lost.
 */
final class SalesInsert {
  private static final Logger log = LoggerFactory.getLogger(SalesInsert.class);

  private static final String INSERT_UNLESS_TAKEN =
      """
      insert into orders (order_id, activity_id, product_id, user_id, quantity, unit_price,
        currency, sequence, epoch, claimed_at, confirmed_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, %s, %s)
      on conflict do nothing
      """
          .formatted(
              Columns.TIMESTAMP_OF_MS.formatted("?"), Columns.TIMESTAMP_OF_MS.formatted("?"));

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

  private final Connection connection;
  private final int partition;

  SalesInsert(Connection connection, int partition) {
    this.connection = connection;
    this.partition = partition;
  }

  void insert(List<Sale> sales) throws SQLException {
    if (!sales.isEmpty() && !copy(sales)) {
      insertConflicts(insertUnlessTaken(sales));
    }
  }

  /** All of them, or none: false. A conflict is a rare accident, so nobody waits for it here. */
  private boolean copy(List<Sale> sales) throws SQLException {
    Savepoint before = connection.setSavepoint();
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(OrderRows.COPY);
    try {
      new OrderRows(copy).send(sales);
      copy.endCopy();
      connection.releaseSavepoint(before);
      return true;
    } catch (SQLException e) {
      if (!TAKEN.equals(e.getSQLState())) {
        throw e;
      }
      connection.rollback(before);
      return false;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /** One by one; the sales that the table could not take. */
  private List<Sale> insertUnlessTaken(List<Sale> sales) throws SQLException {
    List<Sale> taken = new ArrayList<>();
    try (PreparedStatement insert = connection.prepareStatement(INSERT_UNLESS_TAKEN)) {
      for (Sale sale : sales) {
        insert.setObject(1, sale.item().orderId().value());
        insert.setString(2, sale.activity().value());
        insert.setString(3, sale.product().productId());
        insert.setString(4, sale.item().userId().value());
        insert.setInt(5, sale.item().quantity());
        insert.setLong(6, sale.product().amount());
        insert.setString(7, sale.product().currency());
        insert.setLong(8, sale.sequence());
        insert.setLong(9, sale.epoch());
        insert.setLong(10, Columns.storableMs(sale.item().claimedAtMs()));
        insert.setLong(11, Columns.storableMs(sale.confirmedAtMs()));
        insert.addBatch();
      }
      int[] stored = insert.executeBatch();
      for (int i = 0; i < stored.length; i++) {
        switch (stored[i]) {
          case 0 -> taken.add(sales.get(i));
          case 1 -> {}
          default -> throw new SQLException("rows of one insert: " + stored[i]);
        }
      }
    }
    return taken;
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
