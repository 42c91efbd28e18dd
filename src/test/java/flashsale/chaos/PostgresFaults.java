package flashsale.chaos;

import flashsale.local.LocalStackState;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can happen to Postgres while it runs on. */
final class PostgresFaults {
  private PostgresFaults() {}

  static List<Fault> all() {
    return List.of(
        new Repeated(
            "postgres: connections killed", target -> {}, PostgresFaults::killAll, target -> {}),
        new Locked());
  }

  /** Also between a COMMIT and its answer. Returns how many connections there were. */
  private static long killAll(Target target) throws SQLException {
    try (Connection connection = connect(target.state().postgres());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where backend_type = 'client backend' and pid <> pg_backend_pid()
                """)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** As the chaos and not as the product: with time-outs of its own. */
  static Connection connect(LocalStackState.Postgres p) throws SQLException {
    String url =
        "jdbc:postgresql://%s:%d/%s?connectTimeout=2&socketTimeout=10"
            .formatted(p.host(), p.port(), p.database());
    return DriverManager.getConnection(url, p.user(), p.password());
  }

  /** Somebody's long transaction holds the tables: connecting works, every statement waits. */
  private static final class Locked implements Fault {
    private @Nullable Connection holder;

    @Override
    public String name() {
      return "postgres: tables locked";
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public void strike(Target target) throws Exception {
      Connection connection = connect(target.state().postgres());
      holder = connection;
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("lock table orders, ledgers, sales_log_positions, journal.event_journal");
      }
    }

    /** Longer than a statement may take. */
    @Override
    public Duration lasts() {
      return Duration.ofSeconds(12);
    }

    @Override
    public void heal(Target target) throws Exception {
      Connection connection = holder;
      if (connection != null) {
        connection.rollback();
        connection.close();
      }
    }
  }
}
