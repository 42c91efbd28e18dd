package flashsale.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import flashsale.local.LocalStackState;
import flashsale.local.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A {@link CoreNode} that runs, on the servers of a system that runs. */
final class CoreProcess implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration RESTS_WITHIN = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(250);

  private final ServerProcess process;
  private final int port;

  private CoreProcess(ServerProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  static CoreProcess start(LocalStackState servers, Path log) {
    int port = ServerProcess.freePort();
    return new CoreProcess(
        ServerProcess.start(
            "core",
            BenchSystem.command(CoreNode.class, port),
            environment(servers),
            log,
            STARTS_WITHIN,
            () -> ask(port, "/").equals("ready")),
        port);
  }

  /** Without etcd: a cluster of its own. */
  private static Map<String, String> environment(LocalStackState servers) {
    LocalStackState.Postgres postgres = servers.postgres();
    LocalStackState.Redis redis = servers.redis();
    Map<String, String> environment = new HashMap<>();
    environment.put("FLASHSALE_ENVIRONMENT", "local");
    environment.put("FLASHSALE_REDIS_URI", "redis://" + redis.host() + ":" + redis.port());
    environment.put("FLASHSALE_KAFKA_BOOTSTRAP_SERVERS", servers.kafka().bootstrapServers());
    environment.put("FLASHSALE_POSTGRES_HOST", postgres.host());
    environment.put("FLASHSALE_POSTGRES_PORT", Integer.toString(postgres.port()));
    environment.put("FLASHSALE_POSTGRES_DATABASE", postgres.database());
    environment.put("FLASHSALE_POSTGRES_USER", postgres.user());
    environment.put("FLASHSALE_POSTGRES_PASSWORD", postgres.password());
    return environment;
  }

  private static String ask(int port, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    boolean done = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    try (InputStream body = done ? connection.getInputStream() : connection.getErrorStream()) {
      String answer = new String(body.readAllBytes(), UTF_8).strip();
      if (!done) {
        throw new IOException("core: " + path + ": " + answer);
      }
      return answer;
    }
  }

  long pid() {
    return process.pid();
  }

  /** Creates it and sells one unit, to shopper 0. */
  void open(String activity, long stock) throws IOException {
    var unused = ask(port, "/open/" + activity + "/" + stock);
  }

  /** To shoppers {@code from} to {@code to}, exclusive; ends earlier when the time is over. */
  CoreNode.Sold sell(String activity, long from, long to, Duration atMost) throws IOException {
    String path = "/sell/" + activity + "/" + from + "/" + to + "/" + atMost.toMillis();
    return CoreNode.Sold.parse(ask(port, path));
  }

  /** What is wrong with the books when all is at rest; empty: nothing. */
  String differences(String activity) throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + RESTS_WITHIN.toNanos();
    while (true) {
      String differences = ask(port, "/proof/" + activity);
      if (differences.isEmpty() || System.nanoTime() - deadlineNs > 0) {
        return differences.isEmpty() ? "" : "proof: " + differences;
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
