package flashsale.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Row;
import java.io.IOException;
import java.net.URI;
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

/**
 * Reads the books when the sale is over: the proof over HTTP, the orders from Postgres itself.
 *
 * <p>Both trail the answers by a moment, so both are asked again until they have caught up or the
 * patience is over; what was read last counts.
 */
public final class SelloutBooks {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  private SelloutBooks() {}

  /** Waits until the activity is at rest; null when no proof could be read at all. */
  public static @Nullable Proof proof(
      URI url, String activityId, String opsToken, Duration patience) throws InterruptedException {
    String path = "/v1/admin/activities/" + activityId + "/proof";
    long deadlineNs = System.nanoTime() + patience.toNanos();
    try (SelloutHttp connection = new SelloutHttp(url)) {
      Proof last = null;
      while (true) {
        Proof read = readProof(connection, path, opsToken);
        last = read == null ? last : read;
        boolean settled = last != null && last.atRest() && last.consistent();
        if (settled || System.nanoTime() > deadlineNs) {
          return last;
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  private static @Nullable Proof readProof(SelloutHttp connection, String path, String token) {
    try {
      SelloutHttp.Reply reply = connection.exchange("GET", path, token, null, ANSWER_WITHIN);
      JsonNode proof = JSON.readTree(reply.body());
      if (reply.status() != 200 || !proof.path("consistent").isBoolean()) {
        return null;
      }
      JsonNode orders = proof.path("postgres").path("orders");
      return new Proof(
          proof.path("consistent").asBoolean(),
          proof.path("atRest").asBoolean(),
          proof.path("stock").asLong(-1),
          proof.path("sold").asLong(-1),
          orders.isIntegralNumber() ? orders.asLong() : null,
          reply.body().strip());
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Waits until there are {@code expected} orders; null when Postgres does not let itself be read.
   */
  static @Nullable List<Row> rows(
      SelloutTarget.Postgres postgres, String activityId, long expected, Duration patience)
      throws InterruptedException {
    long deadlineNs = System.nanoTime() + patience.toNanos();
    List<Row> last = null;
    while (true) {
      List<Row> read = readRows(postgres, activityId);
      last = read == null ? last : read;
      if (last != null && last.size() >= expected || System.nanoTime() > deadlineNs) {
        return last;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static @Nullable List<Row> readRows(SelloutTarget.Postgres postgres, String activityId) {
    Properties login = new Properties();
    login.setProperty("user", postgres.user());
    login.setProperty("password", postgres.password());
    login.setProperty("connectTimeout", "3");
    login.setProperty("socketTimeout", "30");
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), login);
        PreparedStatement query =
            connection.prepareStatement(
                "select user_id, order_id::text, sequence from orders where activity_id = ?")) {
      query.setString(1, activityId);
      List<Row> rows = new ArrayList<>();
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          rows.add(new Row(result.getString(1), result.getString(2), result.getLong(3)));
        }
      }
      return rows;
    } catch (SQLException e) {
      return null;
    }
  }
}
