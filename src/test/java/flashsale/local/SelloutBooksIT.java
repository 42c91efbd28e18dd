package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.local.SelloutHistory.Row;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads orders out of a real Postgres with the program's own tables. */
class SelloutBooksIT {
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final String ORDER_ID = "c0ffee00-0000-3000-8000-00000000000";

  @TempDir private static Path directory;
  private static PostgresProcess postgres;

  @BeforeAll
  static void startPostgres() throws SQLException {
    int port = ServerProcess.freePort();
    postgres =
        PostgresProcess.start(
            directory.resolve("postgres"), port, directory.resolve("postgres.log"));
    Flyway.configure()
        .dataSource(postgres.jdbcUrl(), postgres.user(), postgres.password())
        .load()
        .migrate();
    insert("sale", "ann", 1);
    insert("sale", "ben", 2);
    insert("another-sale", "ann", 3);
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  private static void insert(String activity, String user, int sequence) throws SQLException {
    String sql =
        """
        insert into orders (order_id, activity_id, product_id, user_id, quantity, unit_price,
          currency, sequence, epoch, claimed_at, confirmed_at)
        values ('%s', '%s', 'thing', '%s', 1, 100, 'EUR', %d, 1, now(), now())\
        """
            .formatted(ORDER_ID + sequence, activity, user, sequence);
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static SelloutTarget.Postgres target(String password) {
    return new SelloutTarget.Postgres(
        postgres.host(), postgres.port(), postgres.database(), postgres.user(), password);
  }

  @Test
  void readsTheOrdersOfThisSaleOnly() throws Exception {
    assertThat(SelloutBooks.rows(target(postgres.password()), "sale", 2, PATIENCE))
        .containsExactlyInAnyOrder(
            new Row("ann", ORDER_ID + "1", 1), new Row("ben", ORDER_ID + "2", 2));
  }

  @Test
  void givesWhatThereIsWhenMoreNeverComes() throws Exception {
    assertThat(SelloutBooks.rows(target(postgres.password()), "sale", 3, PATIENCE)).hasSize(2);
  }

  @Test
  void givesNothingWhenItMayNotRead() throws Exception {
    assertThat(SelloutBooks.rows(target("wrong"), "sale", 2, PATIENCE)).isNull();
  }
}
