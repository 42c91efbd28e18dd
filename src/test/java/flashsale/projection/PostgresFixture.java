package flashsale.projection;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import flashsale.local.PostgresProcess;
import flashsale.local.ServerProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** A real Postgres with the migrated database; its queries answer in text, to be read in a test. */
final class PostgresFixture implements AutoCloseable {
  private final PostgresProcess process;
  private final Settings settings;
  private final Database database;

  private PostgresFixture(PostgresProcess process, Settings settings) {
    this.process = process;
    this.settings = settings;
    this.database = Database.create(settings.postgres(), "test", 8);
  }

  static PostgresFixture start(Path directory) {
    PostgresProcess process =
        PostgresProcess.start(
            directory.resolve("postgres"),
            ServerProcess.freePort(),
            directory.resolve("postgres.log"));
    try {
      Settings settings = settings(process.port(), process.password());
      Migrations.run(settings.postgres());
      return new PostgresFixture(process, settings);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  static Settings settings(int port, String password, String... more) {
    Config config =
        ConfigFactory.parseMap(
            Map.of(
                "flashsale.environment",
                "local",
                "flashsale.activity.idle-after",
                "2 minutes",
                "flashsale.postgres.port",
                port,
                "flashsale.postgres.password",
                password));
    for (String line : more) {
      config = ConfigFactory.parseString(line).withFallback(config);
    }
    return Settings.from(config.withFallback(ConfigFactory.load()));
  }

  Settings settings() {
    return settings;
  }

  PostgresProcess process() {
    return process;
  }

  Database database() {
    return database;
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(process.jdbcUrl(), process.user(), process.password());
  }

  void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Each row as its columns, separated by blanks. */
  List<String> rows(String query) {
    try (Connection connection = connect()) {
      return rows(connection, query);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  static List<String> rows(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        StringJoiner columns = new StringJoiner(" ");
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(row.getString(i)));
        }
        rows.add(columns.toString());
      }
      return rows;
    }
  }

  /** Empties every table, for the next test. */
  void clear() {
    execute("truncate activities, orders, ledgers, sales_log_positions, quarantine, conflicts");
  }

  @Override
  public void close() {
    database.close();
    process.close();
  }
}
