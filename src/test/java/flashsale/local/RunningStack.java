package flashsale.local;

import flashsale.model.UserId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The whole system for a test: every part a process of its own, on free ports and data of its own.
 */
public final class RunningStack implements AutoCloseable {
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(1);

  private final LocalStackParts parts;
  private final LocalStackFiles files;
  private final String url;
  private final HttpClient http = HttpClient.newHttpClient();

  private RunningStack(LocalStackParts parts, LocalStackFiles files, String url) {
    this.parts = parts;
    this.files = files;
    this.url = url;
  }

  /** Returns when the nodes are ready; everything written stays below {@code directory}. */
  static RunningStack start(Path directory) throws IOException {
    return start(directory, 1, LocalStackNetwork.PLAIN);
  }

  /**
   * The same with so many inventory nodes, in a network. More than one: every role in processes of
   * its own, and {@link #restart} can start a node more.
   */
  public static RunningStack start(Path directory, int nodes, LocalStackNetwork network)
      throws IOException {
    return start(
        directory,
        nodes,
        LocalStackNodes.of(nodes),
        LocalStackNodes.of(nodes == 1 ? 1 : nodes + 1),
        network);
  }

  /** One inventory node with the projection, and a gateway, in processes of their own. */
  public static RunningStack startSplit(Path directory) throws IOException {
    List<LocalStackNodes.Plan> split = LocalStackNodes.split();
    return start(directory, 1, split, split, LocalStackNetwork.PLAIN);
  }

  private static RunningStack start(
      Path directory,
      int nodes,
      List<LocalStackNodes.Plan> started,
      List<LocalStackNodes.Plan> planned,
      LocalStackNetwork network)
      throws IOException {
    int httpPort = ServerProcess.freePort();
    LocalStackOptions.Run options =
        new LocalStackOptions.Run(
            nodes, httpPort, ServerProcess.freePort(), ServerProcess.freePort(), null, false);
    LocalStackFiles files = new LocalStackFiles(directory);
    Path data = Files.createDirectories(directory.resolve("data"));
    LocalStackParts parts =
        new LocalStackParts(options, files, data, planned, network, (name, code) -> {});
    RunningStack stack = new RunningStack(parts, files, "http://127.0.0.1:" + httpPort);
    try {
      CompletableFuture.allOf(
              parts.servers().stream().map(LocalStackPart::start).toArray(CompletableFuture[]::new))
          .join();
      CompletableFuture.allOf(
              started.stream()
                  .map(plan -> stack.part(plan.name()).start())
                  .toArray(CompletableFuture[]::new))
          .join();
      Files.createDirectories(files.state().getParent());
      stack.writeState();
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void writeState() throws IOException {
    parts.state("").write(files.state());
  }

  /** Where its HTTP is. */
  public String url() {
    return url;
  }

  /** What {@code target/local-stack.json} is for the local run. */
  Path stateFile() {
    return files.state();
  }

  /** Ports and processes as they are now. */
  public LocalStackState state() {
    return parts.state("");
  }

  /** SIGKILL. */
  public void kill(String name) {
    Objects.requireNonNull(part(name).process()).kill();
  }

  /** Sends a signal to a part and to the processes that it started. */
  public void signal(String name, String signal) throws IOException {
    Objects.requireNonNull(part(name).process()).signal(signal);
  }

  /** Whether the machine has what this part needs; without etcd there is none. */
  public boolean has(String name) {
    return parts.named(name).isPresent();
  }

  /** Where the part keeps its data. */
  public Path data(String name) {
    return data(files.root(), name);
  }

  /** Where a part of a system that is started in {@code directory} will keep its data. */
  public static Path data(Path directory, String name) {
    return directory.resolve("data").resolve(name);
  }

  /**
   * Where a system that was started in {@code directory} wrote its logs: NAME.log, over all starts.
   */
  public static Path logs(Path directory) {
    return directory.resolve("target/logs");
  }

  /** Ends it if it lives, and starts it on the same port and data; returns when it is ready. */
  public void restart(String name) throws IOException {
    part(name).restart().join();
    writeState();
  }

  /**
   * How a process ended that was asked to.
   *
   * @param exitCode 128 + the signal's number when a signal ended it
   */
  public record Ended(int exitCode, Duration after) {}

  /** Asks it to end (SIGTERM), and waits until it has. */
  public Ended stop(String name) {
    ServerProcess process = Objects.requireNonNull(part(name).process());
    long begin = System.nanoTime();
    part(name).stop();
    int exitCode = process.exit().toCompletableFuture().join();
    return new Ended(exitCode, Duration.ofNanos(System.nanoTime() - begin));
  }

  /** All at once: a cluster is founded by a majority. */
  public void restartAll(List<String> names) throws IOException {
    CompletableFuture.allOf(
            names.stream().map(name -> part(name).restart()).toArray(CompletableFuture[]::new))
        .join();
    writeState();
  }

  /** Waits until its process has ended by itself; its exit code. */
  public int awaitEnd(String name) throws Exception {
    return Objects.requireNonNull(part(name).process())
        .exit()
        .toCompletableFuture()
        .get(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  private LocalStackPart part(String name) {
    return parts.named(name).orElseThrow();
  }

  /**
   * Sends a request with a token for {@code user}, who has {@code ops} if the path is an
   * operator's.
   */
  public HttpResponse<String> send(String method, String path, String user, String body)
      throws IOException, InterruptedException {
    String token =
        Token.of(new UserId(user), path.contains("/admin/") ? List.of("ops") : List.of());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", "Bearer " + token);
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return http.send(
        request.method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The one number that a query returns. */
  public long number(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return number(statement, sql);
    }
  }

  /** Asks again and again, by one connection, until the number is at least so; returns the last. */
  public long awaitNumber(String sql, long least, Duration every, Duration within)
      throws SQLException, InterruptedException {
    long deadlineNs = System.nanoTime() + within.toNanos();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      long number = number(statement, sql);
      while (number < least && System.nanoTime() - deadlineNs < 0) {
        Thread.sleep(every.toMillis());
        number = number(statement, sql);
      }
      return number;
    }
  }

  private Connection connect() throws SQLException {
    LocalStackState.Postgres p = state().postgres();
    String jdbcUrl = "jdbc:postgresql://" + p.host() + ":" + p.port() + "/" + p.database();
    return DriverManager.getConnection(jdbcUrl, p.user(), p.password());
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() {
    http.close();
    parts.stop();
  }
}
