package flashsale.projection;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import flashsale.config.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Postgres, a few connections wide; the caller never blocks.
 *
 * <p>Can be made while Postgres is down, and works once it is up. A stage fails with the {@link
 * SQLException} when Postgres refuses, is away or takes too long, and with {@link
 * RejectedExecutionException} when too much waits already. Safe for use by many threads.
 */
public final class Database implements AutoCloseable {
  /** Work waiting for a connection; one more fails at once. */
  private static final int WORK_QUEUED_MAX = 1_000;

  /**
   * How much longer than a statement the socket is waited for, so that a Postgres that hangs cannot
   * hold a connection for ever.
   */
  private static final Duration SOCKET_GRACE = Duration.ofSeconds(5);

  private static final int VALID_WITHIN_S = 2;

  private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);

  /** Something to do with a connection, which it must not keep. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private final HikariDataSource pool;
  private final ThreadPoolExecutor executor;

  private Database(HikariDataSource pool, ThreadPoolExecutor executor) {
    this.pool = pool;
    this.executor = executor;
  }

  /**
   * With {@code connections} at most, and a queue of its own: who waits here is not kept waiting by
   * the users of another.
   */
  public static Database create(Settings.Postgres settings, String name, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(withTimeouts(settings));
    config.setMaximumPoolSize(connections);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(Math.max(250, settings.connectionTimeout().toMillis()));
    config.setValidationTimeout(Math.max(250, settings.connectionTimeout().toMillis()));
    config.setInitializationFailTimeout(-1);
    return new Database(new HikariDataSource(config), threads(name, connections));
  }

  private static ThreadPoolExecutor threads(String name, int count) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        count,
        count,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(WORK_QUEUED_MAX),
        work -> {
          Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static PGSimpleDataSource withTimeouts(Settings.Postgres settings) {
    PGSimpleDataSource source = withoutPool(settings);
    source.setSocketTimeout(seconds(settings.statementTimeout().plus(SOCKET_GRACE)));
    source.setOptions("-c statement_timeout=" + settings.statementTimeout().toMillis());
    return source;
  }

  /** Connects anew each time, to the primary only: a replica may be behind. */
  static PGSimpleDataSource withoutPool(Settings.Postgres settings) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(settings.jdbcUrl());
    source.setUser(settings.user());
    source.setPassword(settings.password());
    source.setApplicationName("flashsale");
    source.setTargetServerType("primary");
    source.setConnectTimeout(seconds(settings.connectionTimeout()));
    source.setTcpKeepAlive(true);
    return source;
  }

  private static int seconds(Duration duration) {
    return Math.max(1, (int) duration.toSeconds());
  }

  /** Completes when Postgres answers; fails when it does not. */
  public CompletionStage<Boolean> reach() {
    return query(connection -> {
      if (!connection.isValid(VALID_WITHIN_S)) {
        throw new SQLException("postgres does not answer");
      }
      return true;
    });
  }

  /** One statement on its own, for reading. */
  <T> CompletionStage<T> query(Work<T> work) {
    return submit(work);
  }

  /** Several statements that read one and the same state of the database. */
  <T> CompletionStage<T> snapshot(Work<T> work) {
    return submit(connection -> {
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      return committed(connection, work);
    });
  }

  /** All of it or, when it throws, nothing of it. */
  <T> CompletionStage<T> transaction(Work<T> work) {
    return submit(connection -> committed(connection, work));
  }

  private static <T> T committed(Connection connection, Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      T result = work.on(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException e) {
      rollBack(connection, e);
      throw e;
    }
  }

  private static void rollBack(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // A connection that broke rolls back by itself.
      cause.addSuppressed(e);
    }
  }

  private <T> CompletionStage<T> submit(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      executor.execute(() -> run(work, result));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private <T> void run(Work<T> work, CompletableFuture<T> result) {
    T value;
    try (Connection connection = pool.getConnection()) {
      value = work.on(connection);
    } catch (SQLException | RuntimeException e) {
      result.completeExceptionally(e);
      return;
    } catch (Error e) {
      // Somebody waits for this stage, and without an answer for ever.
      result.completeExceptionally(e);
      throw e;
    }
    result.complete(value);
  }

  /** Lets what is under way end, for a short while; what still waits fails. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      executor.awaitTermination(CLOSE_GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pool.close();
  }
}
