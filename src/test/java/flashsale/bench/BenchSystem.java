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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The whole system on free ports, with the {@link Ceiling} beside it. */
final class BenchSystem implements AutoCloseable {
  private static final Duration CEILING_STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration RESTS_WITHIN = Duration.ofMinutes(2);

  private final RunningStack stack;
  private final ServerProcess ceiling;
  private final int ceilingPort;
  private final String opsToken = Token.of(new UserId("ops"), List.of("ops"));

  private BenchSystem(RunningStack stack, ServerProcess ceiling, int ceilingPort) {
    this.stack = stack;
    this.ceiling = ceiling;
    this.ceilingPort = ceilingPort;
  }

  /** Returns when everything answers; everything written stays below {@code directory}. */
  static BenchSystem start(Path directory) throws IOException {
    RunningStack stack = RunningStack.start(directory, 1, LocalStackNetwork.PLAIN);
    try {
      int port = ServerProcess.freePort();
      List<String> command = new ArrayList<>(NodeProcess.jvm());
      command.addAll(
          List.of(
              "-cp",
              System.getProperty("java.class.path"),
              Ceiling.class.getName(),
              Integer.toString(port)));
      ServerProcess ceiling =
          ServerProcess.start(
              "ceiling",
              command,
              Map.of("FLASHSALE_ENVIRONMENT", "local"),
              RunningStack.logs(directory).resolve("ceiling.log"),
              CEILING_STARTS_WITHIN,
              () -> answers(port));
      return new BenchSystem(stack, ceiling, port);
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
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

  void create(String activityId, int units) throws IOException, InterruptedException {
    HttpResponse<String> reply =
        stack.send(
            "POST",
            "/v1/admin/activities",
            "ops",
            "{\"activityId\":\"%s\",\"title\":\"Bench\",\"stock\":%d}"
                .formatted(activityId, units));
    if (reply.statusCode() != HttpURLConnection.HTTP_CREATED) {
      throw new IOException("activity " + activityId + ": " + reply.body());
    }
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
