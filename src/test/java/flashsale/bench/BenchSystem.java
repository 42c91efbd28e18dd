package flashsale.bench;

import flashsale.local.LocalStackNetwork;
import flashsale.local.NodeProcess;
import flashsale.local.RunningStack;
import flashsale.local.SelloutBooks;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.ServerProcess;
import flashsale.local.Token;
import flashsale.model.UserId;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The whole system on free ports, with the {@link Ceiling} beside it. */
final class BenchSystem implements AutoCloseable {
  private static final Duration CEILING_STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration RESTS_WITHIN = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(20);

  /** By Postgres's fold. */
  private static final String SOLD =
      "select coalesce(max(sold), 0) from ledgers where activity_id = '%s'";

  private static final Duration OPENED_WITHIN = Duration.ofSeconds(60);
  private static final int OPENED_AT_A_TIME = 32;
  private static final int OPENING_TRIES_MAX = 20;

  private final Path directory;
  private final RunningStack stack;
  private final ServerProcess ceiling;
  private final int ceilingPort;
  private final List<String> many = new ArrayList<>();
  private final String opsToken = Token.of(new UserId("ops"), List.of("ops"));

  private BenchSystem(Path directory, RunningStack stack, ServerProcess ceiling, int ceilingPort) {
    this.directory = directory;
    this.stack = stack;
    this.ceiling = ceiling;
    this.ceilingPort = ceilingPort;
  }

  /**
   * Returns when everything answers; everything written stays below {@code directory}.
   *
   * @param split gateway and inventory in processes of their own
   */
  static BenchSystem start(Path directory, boolean split) throws IOException {
    RunningStack stack =
        split
            ? RunningStack.startSplit(directory)
            : RunningStack.start(directory, 1, LocalStackNetwork.PLAIN);
    try {
      int port = ServerProcess.freePort();
      ServerProcess ceiling =
          ServerProcess.start(
              "ceiling",
              command(Ceiling.class, port),
              Map.of("FLASHSALE_ENVIRONMENT", "local"),
              RunningStack.logs(directory).resolve("ceiling.log"),
              CEILING_STARTS_WITHIN,
              () -> answers(port));
      return new BenchSystem(directory, stack, ceiling, port);
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  /** Of a JVM as a node's, with the tests' classes. */
  static List<String> command(Class<?> main, int port) {
    List<String> command = new ArrayList<>(NodeProcess.jvm());
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), main.getName(), Integer.toString(port)));
    return command;
  }

  private static boolean answers(int port) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
    return connection.getResponseCode() == HttpURLConnection.HTTP_CREATED;
  }

  int port() {
    return URI.create(stack.url()).getPort();
  }

  int ceilingPort() {
    return ceilingPort;
  }

  /** Process ids by name; the load is this one. */
  Map<String, Long> processes() {
    Map<String, Long> all = new TreeMap<>(stack.state().processes());
    all.put("ceiling", ceiling.pid());
    all.put("load", ProcessHandle.current().pid());
    return all;
  }

  long nodePid() {
    return Objects.requireNonNull(stack.state().processes().get("node-1"));
  }

  /** On the same servers. */
  CoreProcess startCore() {
    return CoreProcess.start(stack.state(), RunningStack.logs(directory).resolve("core.log"));
  }

  /**
   * @param opensAt null: at once
   */
  void create(String activityId, int units, @Nullable Instant opensAt)
      throws IOException, InterruptedException {
    String opening = opensAt == null ? "" : ",\"opensAt\":\"" + opensAt + "\"";
    HttpResponse<String> reply =
        stack.send(
            "POST",
            "/v1/admin/activities",
            "ops",
            "{\"activityId\":\"%s\",\"title\":\"Bench\",\"stock\":%d%s}"
                .formatted(activityId, units, opening));
    if (reply.statusCode() != HttpURLConnection.HTTP_CREATED) {
      throw new IOException("activity " + activityId + ": " + reply.body());
    }
  }

  /** Activities for all repetitions, created when they are first asked for. */
  List<String> many(int count, int units) throws IOException, InterruptedException {
    while (many.size() < count) {
      String id = "many-" + (many.size() + 1);
      create(id, units, null);
      many.add(id);
    }
    return List.copyOf(many);
  }

  /** Sells one unit of each, so that the actors of all are awake. */
  void openAll(List<String> activities, BenchRequests requests, int from) throws IOException {
    Load.Outcome outcome = null;
    for (int tries = 0; tries < OPENING_TRIES_MAX; tries++) {
      outcome =
          Load.closed(
              port(),
              OPENED_AT_A_TIME,
              requests.purchases(activities, from, from + activities.size(), false),
              new Load.Times(0, OPENED_WITHIN.toSeconds()));
      if (outcome.of(201) + outcome.of(409) == activities.size()) {
        return;
      }
    }
    throw new IOException("not opened: " + (outcome == null ? "" : outcome.answers()));
  }

  void signal(String part, String signal) throws IOException {
    stack.signal(part, signal);
  }

  /** How long after its confirmation the activity's slowest order was stored, when all are. */
  long rowsBehindMs(String activityId) throws SQLException, InterruptedException {
    var unused = differences(activityId);
    return stack.number(
        "select coalesce(max(extract(epoch from stored_at - confirmed_at)) * 1000, 0)::bigint"
            + " from orders where activity_id = '"
            + activityId
            + "'");
  }

  /**
   * Waits until so many are stored; returns the rows stored per second meanwhile. Asks the ledger
   * alone: a proof counts all orders, and would have its part of the processor.
   */
  double storedPerSecond(String activityId, long sold)
      throws IOException, SQLException, InterruptedException {
    long startNs = System.nanoTime();
    long before = stack.number(SOLD.formatted(activityId));
    awaitStored(activityId, sold);
    return (sold - before) / ((System.nanoTime() - startNs) / 1e9);
  }

  /** Its orders in Postgres. */
  long rows(String activityId) throws SQLException {
    return stack.number("select count(*) from orders where activity_id = '" + activityId + "'");
  }

  /** Waits until so many are sold by Postgres's books, without counting them. */
  void awaitStored(String activityId, long sold)
      throws IOException, SQLException, InterruptedException {
    long stored = stack.awaitNumber(SOLD.formatted(activityId), sold, POLL, RESTS_WITHIN);
    if (stored < sold) {
      throw new IOException(activityId + ": " + stored + " stored (expected: " + sold + ")");
    }
  }

  /** What is wrong with the books of any activity; empty: nothing. */
  String differencesOfMany() throws SQLException {
    return differencesOf("%");
  }

  /**
   * @param pattern of their names, as {@code like} takes it
   */
  String differencesOf(String pattern) throws SQLException {
    long wrong =
        stack.number(
            "select count(*) from activity_proof where problem is not null and activity_id like '"
                + pattern
                + "'");
    return wrong == 0 ? "" : wrong + " activities with a problem in activity_proof";
  }

  /** What is wrong with the books when all is at rest; empty: nothing. */
  String differences(String activityId) throws InterruptedException {
    Proof proof = SelloutBooks.proof(URI.create(stack.url()), activityId, opsToken, RESTS_WITHIN);
    return proof != null && proof.consistent() && proof.atRest()
        ? ""
        : "proof: " + (proof == null ? "not read" : proof.text());
  }

  @Override
  public void close() {
    ceiling.close();
    stack.close();
  }
}
