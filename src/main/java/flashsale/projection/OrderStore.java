package flashsale.projection;

import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.projection.BatchFold.Quarantined;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Stores what a batch does: the partition's position, its orders and its ledgers, all or nothing.
 *
 * <p>The position's compare-and-set comes first and holds its row until the end, so of two
 * consumers of one partition the slower one waits, finds the position moved and stores nothing.
 */
public final class OrderStore {
  private final Database database;

  public OrderStore(Database database) {
    this.database = database;
  }

  /** Another consumer moved the position: this one must start again from what is stored. */
  public static final class Overtaken extends RuntimeException {
    Overtaken(int partition, long position) {
      super(
          "partition "
              + partition
              + ": the stored position is not "
              + position
              + " any more (another consumer folds it)");
    }
  }

  /** The first offset not folded yet, of every partition that was ever folded. */
  public CompletionStage<Map<Integer, Long>> positions() {
    return database.query(connection -> {
      Map<Integer, Long> positions = new HashMap<>();
      try (PreparedStatement select =
              connection.prepareStatement(
                  "select partition, next_offset from sales_log_positions");
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          positions.put(row.getInt(1), row.getLong(2));
        }
      }
      return positions;
    });
  }

  /**
   * Fails with {@link Overtaken} when the position is another: another consumer stored more, or
   * Postgres lost its last commits. A Postgres that does not answer tells nothing.
   */
  CompletionStage<Long> check(int partition, long position) {
    return positions()
        .handle((positions, failure) -> {
          if (failure == null && positions.getOrDefault(partition, 0L) != position) {
            throw new Overtaken(partition, position);
          }
          return position;
        });
  }

  /**
   * Folds and stores {@code batch}, which begins at {@code position}; the stage has the position
   * after it.
   *
   * <p>Fails with {@link Overtaken} when the position is another, and with whatever Postgres says.
   * Failed means nothing is stored, except when the connection broke during the commit: then all or
   * nothing is, and the position tells.
   */
  public CompletionStage<Long> store(int partition, long position, BatchFold batch) {
    return database.transaction(connection -> {
      if (batch.nextOffset() != position) {
        advance(connection, partition, position, batch.nextOffset());
        quarantine(connection, partition, batch.quarantined());
        BatchFold.Folded folded = batch.fold(ledgers(connection, batch.activities()));
        new SalesInsert(connection, partition).insert(folded.sales());
        update(connection, folded.ledgers());
      }
      return batch.nextOffset();
    });
  }

  private static void advance(Connection connection, int partition, long from, long to)
      throws SQLException {
    boolean advanced =
        changesOne(
            connection,
            "update sales_log_positions set next_offset = ?, updated_at = now() where partition = ? and next_offset = ?",
            to,
            partition,
            from);
    boolean begun =
        !advanced
            && from == 0
            && changesOne(
                connection,
                "insert into sales_log_positions (next_offset, partition) values (?, ?) on conflict do nothing",
                to,
                partition);
    if (!advanced && !begun) {
      throw new Overtaken(partition, from);
    }
  }

  private static boolean changesOne(Connection connection, String sql, long... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setLong(i + 1, values[i]);
      }
      return statement.executeUpdate() == 1;
    }
  }

  private static void quarantine(
      Connection connection, int partition, List<Quarantined> quarantined) throws SQLException {
    String sql =
        "insert into quarantine (partition, record_offset, record_time, record_key, record_value, why) values (?, ?, "
            + Columns.TIMESTAMP_OF_MS.formatted("?")
            + ", ?, ?, ?) on conflict do nothing";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (Quarantined one : quarantined) {
        insert.setInt(1, partition);
        insert.setLong(2, one.record().offset());
        insert.setLong(3, Columns.storableMs(one.record().timestampMs()));
        insert.setBytes(4, one.record().key());
        insert.setBytes(5, one.record().value());
        insert.setString(6, one.why());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static Map<ActivityId, Ledger> ledgers(Connection connection, Set<ActivityId> activities)
      throws SQLException {
    Map<ActivityId, Ledger> ledgers = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select activity_id, "
                + Columns.OF_LEDGER
                + " from ledgers where activity_id = any(?)")) {
      select.setArray(1, connection.createArrayOf("text", names(activities)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ledgers.put(new ActivityId(row.getString("activity_id")), Columns.ledger(row));
        }
      }
    }
    return ledgers;
  }

  private static Object[] names(Collection<ActivityId> activities) {
    return activities.stream().map(ActivityId::value).toArray();
  }

  private static void update(Connection connection, Map<ActivityId, Ledger> ledgers)
      throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            insert into ledgers (activity_id, epoch, incarnation, seq, sold, stock, closed)
            values (?, ?, ?, ?, ?, ?, ?)
            on conflict (activity_id) do update set
              epoch = excluded.epoch, incarnation = excluded.incarnation, seq = excluded.seq,
              sold = excluded.sold, stock = excluded.stock, closed = excluded.closed,
              updated_at = now()
            """)) {
      for (Map.Entry<ActivityId, Ledger> entry : ledgers.entrySet()) {
        Ledger ledger = entry.getValue();
        upsert.setString(1, entry.getKey().value());
        upsert.setLong(2, ledger.writer().epoch());
        upsert.setLong(3, ledger.writer().incarnation());
        upsert.setLong(4, ledger.seq());
        upsert.setLong(5, ledger.sold());
        upsert.setLong(6, ledger.stock());
        upsert.setBoolean(7, ledger.closed());
        upsert.addBatch();
      }
      upsert.executeBatch();
    }
  }
}
