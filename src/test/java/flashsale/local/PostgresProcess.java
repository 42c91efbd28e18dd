package flashsale.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A real Postgres 17 on 127.0.0.1, from a jar: also for root, also after {@code kill -9}.
 *
 * <p>Its process is the postmaster itself. Everything it writes is below its data directory; the
 * program is unpacked to {@code target/embedded}. The password is drawn at random on the first
 * start and kept in the data directory.
 */
public final class PostgresProcess implements AutoCloseable {
  private static final Duration INITDB_WITHIN = Duration.ofSeconds(60);
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final int STARTS_MAX = 5;
  private static final String NAME = "flashsale";

  private final ServerProcess process;
  private final int port;
  private final String password;

  private PostgresProcess(ServerProcess process, int port, String password) {
    this.process = process;
    this.port = port;
    this.password = password;
  }

  /** Starts on {@code dataDir}, which is made on the first start, and waits until it answers. */
  public static PostgresProcess start(Path dataDir, int port, Path log) {
    try {
      Path base = dataDir.toAbsolutePath();
      Path bin = PostgresBinaries.unpacked().resolve("bin");
      String password = passwordIn(base);
      initOnce(bin, base, log);
      return new PostgresProcess(startServer(bin, base, port, password, log), port, password);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ServerProcess process() {
    return process;
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  public String database() {
    return NAME;
  }

  public String user() {
    return NAME;
  }

  public String password() {
    return password;
  }

  public String jdbcUrl() {
    return url(port, NAME);
  }

  /**
   * Ends it, open connections or not.
   *
   * <p>SIGTERM alone would wait for every client to leave; SIGINT is Postgres's word for now.
   */
  @Override
  public void close() {
    if (process.isAlive()) {
      NotRoot.run(
          List.of("sh", "-c", "kill -INT " + process.pid()),
          Path.of("/dev/null"),
          Duration.ofSeconds(5));
    }
    process.close();
  }

  private static String passwordIn(Path base) throws IOException {
    Path file = base.resolve("password");
    if (!Files.exists(file)) {
      Files.createDirectories(base);
      byte[] random = new byte[18];
      new SecureRandom().nextBytes(random);
      Path unfinished = base.resolve("password.new");
      Files.writeString(unfinished, HexFormat.of().formatHex(random), US_ASCII);
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
      Files.move(unfinished, file);
    }
    return Files.readString(file, US_ASCII);
  }

  /** A cluster counts only when it is complete: it is made beside its place and then moved. */
  private static void initOnce(Path bin, Path base, Path log) throws IOException {
    Path cluster = base.resolve("cluster");
    if (Files.isDirectory(cluster)) {
      return;
    }
    Files.createDirectories(log.toAbsolutePath().getParent());
    Path unfinished = base.resolve("cluster-" + System.nanoTime());
    List<String> initdb =
        List.of(
            bin.resolve("initdb").toString(),
            "--pgdata=" + unfinished,
            "--username=" + NAME,
            "--pwfile=" + base.resolve("password"),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync");
    if (!NotRoot.run(NotRoot.command(initdb), log, INITDB_WITHIN)) {
      throw new ServerProcess.StartFailure("postgres: initdb failed; see " + log);
    }
    Files.move(unfinished, cluster);
  }

  /**
   * After {@code kill -9} the postmaster's children need a moment to see that it is gone; until
   * then a new postmaster refuses to start, and is started again.
   */
  private static ServerProcess startServer(Path bin, Path base, int port, String password, Path log)
      throws IOException {
    Path pidFile = base.resolve("cluster/postmaster.pid");
    for (int left = STARTS_MAX; ; left--) {
      forgetRecycledPid(pidFile);
      boolean mayBeDying = Files.exists(pidFile);
      try {
        return ServerProcess.start(
            "postgres",
            NotRoot.command(serverCommand(bin, base, port)),
            Map.of("LC_ALL", "C"),
            log,
            READY_WITHIN,
            () -> ensureDatabase(port, password));
      } catch (ServerProcess.StartFailure e) {
        if (!mayBeDying || left == 1) {
          throw e;
        }
      }
    }
  }

  private static List<String> serverCommand(Path bin, Path base, int port) {
    Map<String, String> settings =
        Map.of(
            "listen_addresses", "127.0.0.1",
            "unix_socket_directories", "",
            // kill -9 of a process leaves what it wrote with the operating system, so the local run
            // loses nothing without fsync; a power cut would, and is not what is tried here.
            "fsync", "off",
            "full_page_writes", "off",
            // The default puts files below /dev/shm, which kill -9 leaves behind.
            "dynamic_shared_memory_type", "mmap",
            "timezone", "UTC",
            "log_timezone", "UTC",
            "max_connections", "200");
    List<String> command =
        new ArrayList<>(
            List.of(
                bin.resolve("postgres").toString(),
                "-D",
                base.resolve("cluster").toString(),
                "-p",
                Integer.toString(port)));
    settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    return command;
  }

  /** A stale pid file names a process that lives and is no Postgres: the number was given again. */
  private static void forgetRecycledPid(Path pidFile) throws IOException {
    if (Files.exists(pidFile)) {
      List<String> lines = Files.readAllLines(pidFile, US_ASCII);
      boolean recycled =
          !lines.isEmpty()
              && ProcessHandle.of(Long.parseLong(lines.getFirst().trim()))
                  .map(handle -> handle.info().command().orElse(""))
                  .filter(command -> !command.isEmpty() && !command.endsWith("/postgres"))
                  .isPresent();
      if (recycled) {
        Files.delete(pidFile);
      }
    }
  }

  private static boolean ensureDatabase(int port, String password) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(url(port, "postgres") + "?loginTimeout=2", NAME, password);
        Statement statement = connection.createStatement()) {
      if (!exists(statement)) {
        statement.execute("create database " + NAME);
      }
      return true;
    }
  }

  private static boolean exists(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("select from pg_database where datname = '" + NAME + "'")) {
      return row.next();
    }
  }

  private static String url(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }
}
