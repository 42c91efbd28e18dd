package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresProcessIT {
  @TempDir Path directory;

  @Test
  void keepsWhatWasCommittedWhenItIsKilledAndStartedAgain() throws Exception {
    int port = ServerProcess.freePort();
    Path log = directory.resolve("postgres.log");
    try (PostgresProcess first = PostgresProcess.start(directory.resolve("data"), port, log)) {
      // A connection that stays open, so that a child of the killed postmaster is there.
      try (Connection open = connect(first);
          Statement statement = open.createStatement()) {
        statement.execute("create table t as select 1 as n");
        first.process().kill();
        try (PostgresProcess second = PostgresProcess.start(directory.resolve("data"), port, log)) {
          assertThat(second.password()).isEqualTo(first.password());
          assertThat(one(second, "select n::text from t")).isEqualTo("1");
          assertThat(one(second, "show log_timezone")).isEqualTo("UTC");
          assertThat(one(second, "show listen_addresses")).isEqualTo("127.0.0.1");
          assertThat(ProcessHandle.of(second.process().pid()).flatMap(p -> p.info().command()))
              .hasValueSatisfying(command -> assertThat(command).endsWith("/postgres"));
        }
      }
    }
    try (Stream<Path> left = Files.list(directory.resolve("data"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("cluster", "password");
    }
  }

  @Test
  void endsWhileAClientIsConnected() throws Exception {
    PostgresProcess postgres =
        PostgresProcess.start(
            directory.resolve("data"), ServerProcess.freePort(), directory.resolve("log"));
    try (Connection open = connect(postgres)) {
      long before = System.nanoTime();
      postgres.close();
      assertThat(postgres.process().isAlive()).isFalse();
      assertThat(System.nanoTime() - before).isLessThan(8_000_000_000L);
      assertThat(open.isValid(1)).isFalse();
    }
    assertThat(directory.resolve("data/cluster/postmaster.pid")).doesNotExist();
  }

  private static String one(PostgresProcess postgres, String query) throws SQLException {
    try (Connection connection = connect(postgres);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Connection connect(PostgresProcess postgres) throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }
}
