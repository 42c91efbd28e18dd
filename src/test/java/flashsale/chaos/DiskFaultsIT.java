package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flashsale.local.PostgresProcess;
import flashsale.local.RedisLine;
import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full fails the writes of a real server, and no longer than it is full. */
@Timeout(60)
final class DiskFaultsIT {
  @TempDir private Path directory;

  @BeforeEach
  void mayMount() {
    assumeTrue(SmallDisk.missing().isEmpty(), () -> "needs " + SmallDisk.missing().orElse(""));
  }

  @Test
  void nothingFitsOnAFullDiskUntilItIsFreed() throws Exception {
    Path place = directory.resolve("data");
    try (SmallDisk disk = SmallDisk.mount(place)) {
      Path file = disk.directory().resolve("file");
      SmallDisk.fill(place);
      assertThatThrownBy(() -> Files.writeString(file, "x".repeat(10_000)))
          .isInstanceOf(IOException.class);
      assertThat(SmallDisk.isFull(place)).isTrue();
      SmallDisk.free(place);
      assertThat(SmallDisk.isFull(place)).isFalse();
      Files.writeString(file, "x".repeat(10_000));
    }
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void postgresCannotGrowATableOnAFullDisk() throws Exception {
    Path place = directory.resolve("postgres");
    try (SmallDisk disk = SmallDisk.mount(place);
        PostgresProcess postgres =
            PostgresProcess.start(
                disk.directory(), ServerProcess.freePort(), directory.resolve("log"));
        ChaosProxy proxy = ChaosProxy.open(postgres.port());
        Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute("create table t (n int)");
      OnePart target = OnePart.postgres(directory, postgres, proxy);
      Fault full = fault("postgres: disk full");
      assertThat(full.smallDisks()).containsExactly("postgres");
      full.strike(target);
      String grow = "insert into t select generate_series(1, 50000)";
      assertThatThrownBy(() -> statement.execute(grow))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("No space left on device");
      full.heal(target);
      statement.execute(grow);
    }
  }

  @Test
  void redisTakesNoWritesWhenItCannotWriteThemDown() throws Exception {
    Path place = directory.resolve("redis");
    try (SmallDisk disk = SmallDisk.mount(place);
        RedisProcess redis =
            RedisProcess.start(
                disk.directory(), ServerProcess.freePort(), directory.resolve("log"));
        ChaosProxy proxy = ChaosProxy.open(redis.port())) {
      OnePart target = OnePart.redis(directory, redis, proxy);
      String write = "APPEND n " + "x".repeat(10_000);
      assertThat(RedisLine.send("127.0.0.1", redis.port(), write)).isEqualTo(":10000");
      Fault full = fault("redis: disk full");
      full.strike(target);
      await().until(() -> RedisLine.send("127.0.0.1", redis.port(), write).startsWith("-MISCONF"));
      full.heal(target);
      await().until(() -> RedisLine.send("127.0.0.1", redis.port(), write).startsWith(":"));
    }
  }

  private static Fault fault(String name) {
    return DiskFaults.all().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
