package flashsale.projection;

import flashsale.activity.RecoverySource;
import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import flashsale.model.UserId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What a recovering actor starts from: what the projection committed, in one snapshot.
 *
 * <p>Ledger and position change in one transaction, so the two fit together.
 */
public final class JdbcRecoverySource implements RecoverySource {
  private final Database database;
  private final Partitions partitions;

  public JdbcRecoverySource(Database database, Partitions partitions) {
    this.database = database;
    this.partitions = partitions;
  }

  @Override
  public CompletionStage<Snapshot> snapshot(ActivityId activity) {
    return database.snapshot(
        connection -> new Snapshot(ledger(connection, activity), nextOffset(connection, activity)));
  }

  private static Ledger ledger(Connection connection, ActivityId activity) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select " + Columns.OF_LEDGER + " from ledgers where activity_id = ?")) {
      select.setString(1, activity.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Columns.ledger(row) : Ledger.EMPTY;
      }
    }
  }

  private long nextOffset(Connection connection, ActivityId activity) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select next_offset from sales_log_positions where partition = ?")) {
      select.setInt(1, partitions.of(activity));
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  @Override
  public CompletionStage<List<UserId>> buyers(
      ActivityId activity, long afterSequence, long upToSequence, int limit) {
    return database.query(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              select user_id from orders
              where activity_id = ? and sequence > ? and sequence <= ?
              order by sequence limit ?
              """)) {
        select.setString(1, activity.value());
        select.setLong(2, afterSequence);
        select.setLong(3, upToSequence);
        select.setInt(4, limit);
        List<UserId> buyers = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            buyers.add(new UserId(row.getString(1)));
          }
        }
        return buyers;
      }
    });
  }
}
