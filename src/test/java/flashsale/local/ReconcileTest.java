package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole program, over real sockets, against a system that shows what a test says. */
class ReconcileTest {
  private static final String REDIS_LOST = "\"redis: knows nothing (expected: epoch 3)\"";
  private static final String GAP = "\"postgres: 1 sequences without an order\"";
  private static final Reconcile.Limits LIMITS =
      new Reconcile.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1));

  /** What a run printed and how it ended. */
  private record Run(int exitCode, String out, String err) {}

  private final Map<String, String> proofs = new ConcurrentHashMap<>();
  private final Map<String, String> proofsOnceRepaired = new ConcurrentHashMap<>();
  private final List<String> activities = new CopyOnWriteArrayList<>();
  private final List<String> changes = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private int pageSize = 2;
  private int unavailable;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getQuery();
    if (unavailable > 0) {
      unavailable--;
      answer(exchange, 503, "{\"code\":\"unavailable\"}");
    } else if (path.equals("/v1/activities")) {
      int from = query == null ? 0 : activities.indexOf(query.replace("after=", "")) + 1;
      List<String> page = activities.subList(from, Math.min(activities.size(), from + pageSize));
      List<String> json = page.stream().map(id -> "{\"activityId\":\"" + id + "\"}").toList();
      answer(exchange, 200, "{\"activities\":[" + String.join(",", json) + "]}");
    } else if (!exchange.getRequestHeaders().getFirst("Authorization").startsWith("Bearer ")) {
      answer(exchange, 401, "{}");
    } else {
      String activity = path.split("/", -1)[4];
      if (!exchange.getRequestMethod().equals("GET")) {
        changes.add(exchange.getRequestMethod() + " " + path);
        proofs.computeIfPresent(activity, (id, now) -> proofsOnceRepaired.getOrDefault(id, now));
      }
      String proof = proofs.get(activity);
      answer(exchange, proof == null ? 404 : 200, proof == null ? "{}" : proof);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private void sale(String activity, String proof) {
    activities.add(activity);
    proofs.put(activity, proof);
  }

  private static String proof(boolean atRest, String... differences) {
    return proof(atRest, true, 40, differences);
  }

  private static String proof(
      boolean atRest, boolean live, int postgresSold, String... differences) {
    return """
    {"consistent":%b,"atRest":%b,"stock":1500,"sold":40,"left":1460,
     "ledger":{"epoch":3,"seq":2,"sold":40,"stock":1500,"closed":false,"live":%b,
               "batchesUnderWay":%d},
     "redis":{"present":true,"epoch":3,"seq":2,"left":1455,"buyers":45},
     "postgres":{"epoch":3,"sold":%d,"orders":40,"maxSequence":40,"gaps":0,"duplicates":0,
                 "conflicts":0},
     "differences":[%s]}\
    """
        .formatted(
            differences.length == 0,
            atRest,
            live,
            atRest ? 0 : 2,
            postgresSold,
            String.join(",", differences));
  }

  private Run run(String... args) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--url", "http://127.0.0.1:" + server.getAddress().getPort()));
    int exitCode =
        Reconcile.run(
            LIMITS,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            all.toArray(String[]::new));
    return new Run(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void readsEveryPageAndEndsWellWhenAllAgree() throws Exception {
    for (int i = 1; i <= 5; i++) {
      sale("sale-" + i, proof(true));
    }

    Run run = run("--repair");

    assertThat(run.out)
        .contains("sale-1  ok: 40 of 1,500 sold\n", "sale-5  ok: 40 of 1,500 sold\n")
        .endsWith("5 activities: 5 ok, 0 selling, 0 repaired, 0 different\n");
    assertThat(run.exitCode).isZero();
    assertThat(changes).isEmpty();
  }

  @Test
  void leavesASaleThatGoesOnAlone() throws Exception {
    sale("rush", proof(false, true, 35));
    sale("resting", proof(false, false, 40));

    Run run = run("--repair");

    assertThat(run.out)
        .contains(
            "rush  selling, consistent so far: 40 of 1,500 sold, 2 batches under way, Postgres 5"
                + " behind (it will catch up)\n")
        .contains("Redis 5 ahead (the next epoch decides)\n");
    assertThat(run.exitCode).isZero();
    assertThat(changes).isEmpty();
  }

  @Test
  void saysThatRedisIsWrongAndChangesNothingUnasked() throws Exception {
    sale("good", proof(true));
    sale("bad", proof(true, REDIS_LOST));

    Run run = run();

    assertThat(run.out)
        .contains(
            "bad  DIFFERS: redis: knows nothing (expected: epoch 3). The ledger is right. Redis is"
                + " wrong: --repair rebuilds it.\n")
        .endsWith("2 activities: 1 ok, 0 selling, 0 repaired, 1 different\n");
    assertThat(run.exitCode).isEqualTo(1);
    assertThat(changes).isEmpty();
  }

  @Test
  void repairsOnlyWhereRedisIsWrong() throws Exception {
    sale("good", proof(true));
    sale("bad", proof(true, REDIS_LOST));
    proofsOnceRepaired.put("bad", proof(true));

    Run run = run("--repair");

    assertThat(run.out)
        .contains("bad  repaired; ok: 40 of 1,500 sold\n")
        .endsWith("2 activities: 1 ok, 0 selling, 1 repaired, 0 different\n");
    assertThat(run.exitCode).isZero();
    assertThat(changes).containsExactly("POST /v1/admin/activities/bad/repair");
  }

  @Test
  void aRepairThatDoesNotHelpIsADifference() throws Exception {
    sale("bad", proof(true, REDIS_LOST));
    sale("opening", proof(true, REDIS_LOST));
    proofsOnceRepaired.put("opening", proof(false, false, 40));

    Run run = run("--repair");

    assertThat(run.out)
        .contains("bad  NOT repaired; DIFFERS", "opening  NOT repaired; selling")
        .endsWith("0 repaired, 2 different\n");
    assertThat(run.exitCode).isEqualTo(1);
  }

  @Test
  void raisesAnAlarmAndTouchesNothingWherePostgresContradicts() throws Exception {
    sale("gap", proof(true, GAP));

    Run run = run("--repair");

    assertThat(run.out)
        .contains("DIFFERS: postgres: 1 sequences without an order. The ledger is right. ALARM");
    assertThat(run.exitCode).isEqualTo(1);
    assertThat(changes).isEmpty();
  }

  @Test
  void repairsRedisAndStillSaysThatPostgresContradicts() throws Exception {
    sale("both", proof(true, REDIS_LOST, GAP));
    proofsOnceRepaired.put("both", proof(true, GAP));

    Run run = run("--repair");

    assertThat(run.out)
        .contains("both  repaired; DIFFERS: postgres: 1 sequences", "ALARM")
        .endsWith("1 repaired, 1 different\n");
    assertThat(run.exitCode).isEqualTo(1);
  }

  @Test
  void looksAtOneActivityAlone() throws Exception {
    sale("good", proof(true));
    sale("bad", proof(true, REDIS_LOST));

    assertThat(run("good").exitCode).isZero();
    assertThat(run("bad").exitCode).isEqualTo(1);
  }

  @Test
  void refusesAnActivityThatDoesNotExist() throws Exception {
    Run run = run("nothing");

    assertThat(run.err).contains("/nothing/", "(expected: an activity that exists)");
    assertThat(run.exitCode).isEqualTo(2);
  }

  @Test
  void asksAgainWhereItIsToldTo() throws Exception {
    sale("good", proof(true));
    unavailable = 2;

    assertThat(run().exitCode).isZero();
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    server.stop(0);

    Run run = run();

    assertThat(run.err).contains("no answer from http://127.0.0.1:", "scripts/run");
    assertThat(run.exitCode).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--stock", "No Activity", "a b", "--token", "--url x", "one two"})
  void refusesArgumentsThatMakeNoSense(String args) throws Exception {
    assertThat(
            Reconcile.run(
                LIMITS,
                System.out,
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                args.split(" ", -1)))
        .isEqualTo(2);
  }

  @Test
  void sendsATokenOfTheLocalRunToNobodyElse() throws Exception {
    Run run = run("--url", "https://shop.example");

    // The last one wins: the address of this test's own system.
    assertThat(run.exitCode).isZero();
    assertThat(Reconcile.run(LIMITS, System.out, System.out, "--url", "https://shop.example"))
        .isEqualTo(2);
  }

  @Test
  void explainsItself() throws Exception {
    Run run = run("--help");

    assertThat(run.out).contains("usage: scripts/reconcile [ACTIVITY] [--repair]");
    assertThat(run.exitCode).isZero();
  }
}
