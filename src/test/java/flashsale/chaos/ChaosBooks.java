package flashsale.chaos;

import flashsale.chaos.ChaosHistory.Books;
import flashsale.chaos.ChaosHistory.Order;
import flashsale.chaos.ChaosHistory.View;
import flashsale.local.LocalStackState;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Reads Postgres when a sale is over; it trails the answers, so it is asked again for a while. */
final class ChaosBooks {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final String ORDERS =
      """
      select user_id, order_id::text, sequence,
        floor(extract(epoch from claimed_at) * 1000)::bigint,
        floor(extract(epoch from confirmed_at) * 1000)::bigint
      from orders where activity_id = ?\
      """;
  private static final String VIEW =
      "select stock, sold, orders, problem from activity_proof where activity_id = ?";
  private static final String QUARANTINED = "select count(*) from quarantine";

  private ChaosBooks() {}

  /** Waits for {@code expected} orders; what was read last counts. Null: nothing could be read. */
  static @Nullable Books read(
      LocalStackState.Postgres postgres, String activityId, long expected, Duration patience)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + patience.toNanos();
    Books last = null;
    while (true) {
      try {
        last = read(postgres, activityId);
      } catch (SQLException e) {
        // it may be on its way back
      }
      if (last != null && last.orders().size() >= expected || System.nanoTime() > deadlineNs) {
        return last;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static Books read(LocalStackState.Postgres postgres, String activityId)
      throws SQLException {
    Properties login = new Properties();
    login.setProperty("user", postgres.user());
    login.setProperty("password", postgres.password());
    login.setProperty("connectTimeout", "3");
    login.setProperty("socketTimeout", "30");
    String url =
        "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/" + postgres.database();
    try (Connection connection = DriverManager.getConnection(url, login);
        PreparedStatement quarantined = connection.prepareStatement(QUARANTINED);
        ResultSet count = quarantined.executeQuery()) {
      count.next();
      return new Books(
          orders(connection, activityId), view(connection, activityId), count.getLong(1));
    }
  }

  private static List<Order> orders(Connection connection, String activityId) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(ORDERS)) {
      query.setString(1, activityId);
      List<Order> orders = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          orders.add(
              new Order(
                  row.getString(1),
                  row.getString(2),
                  row.getLong(3),
                  row.getLong(4),
                  row.getLong(5)));
        }
      }
      return orders;
    }
  }

  private static @Nullable View view(Connection connection, String activityId) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(VIEW)) {
      query.setString(1, activityId);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? new View(row.getLong(1), row.getLong(2), row.getLong(3), row.getString(4))
            : null;
      }
    }
  }
}
