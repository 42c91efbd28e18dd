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
  private static final String SELECT_BUYERS =
      """
      select user_id, null::int8 from orders
      where activity_id = ? and sequence > ? and sequence <= ?
      union all
      select distinct null::text, sequence from conflicts
      where activity_id = ? and sequence > ? and sequence <= ? and not exists
        (select from orders where orders.activity_id = conflicts.activity_id
         and orders.sequence = conflicts.sequence)
      """;

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

  /**
   * In one statement, so that Postgres cannot lose a commit between the orders and the conflicts.
   */
  @Override
  public CompletionStage<Buyers> buyers(
      ActivityId activity, long afterSequence, long upToSequence) {
    return database.query(connection -> {
      try (PreparedStatement select = connection.prepareStatement(SELECT_BUYERS)) {
        for (int first = 1; first <= 4; first += 3) {
          select.setString(first, activity.value());
          select.setLong(first + 1, afterSequence);
          select.setLong(first + 2, upToSequence);
        }
        List<UserId> users = new ArrayList<>();
        List<Long> inConflict = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            String user = row.getString(1);
            if (user != null) {
              users.add(new UserId(user));
            } else {
              inConflict.add(row.getLong(2));
            }
          }
        }
        return new Buyers(users, inConflict);
      }
    });
  }
}
