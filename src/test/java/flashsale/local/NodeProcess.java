package flashsale.local;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node, in a JVM of its own, on what would be deployed: no test class. */
public final class NodeProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

  /** An orderly end: the shards are handed over first. */
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(22);

  /** Where it listens on 127.0.0.1, in so far as its roles need it. */
  public record Ports(int http, int grpc, int management, int remoting) {}

  /**
   * What it works on.
   *
   * @param etcdEndpoint null: no etcd, the node is on its own
   */
  public record Servers(
      String redisUri,
      String kafkaBootstrapServers,
      PostgresProcess postgres,
      @Nullable String etcdEndpoint) {}

  private final ServerProcess process;

  private NodeProcess(ServerProcess process) {
    this.process = process;
  }

  /**
   * Returns when it is ready, and a gateway answers reads.
   *
   * @param inventoryNodes how many there are to be; a majority of them founds the cluster
   */
  static NodeProcess start(
      LocalStackNodes.Plan plan, Ports ports, int inventoryNodes, Servers servers, Path log) {
    HttpRequest ready = get(ports.management(), "/ready");
    HttpRequest activities = get(ports.http(), "/v1/activities");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return new NodeProcess(
          ServerProcess.start(
              plan.name(),
              command(),
              environment(plan, ports, inventoryNodes, servers),
              log,
              READY_WITHIN,
              () -> isOk(http, ready) && (!plan.is("gateway") || isOk(http, activities))));
    }
  }

  private static HttpRequest get(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(PROBE_TIMEOUT)
        .build();
  }

  private static boolean isOk(HttpClient http, HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
  }

  private static List<String> command() {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
    int java = Runtime.version().feature();
    if (java >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    if (java >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("flashsale.Main");
    return command;
  }

  private static Map<String, String> environment(
      LocalStackNodes.Plan plan, Ports ports, int inventoryNodes, Servers servers) {
    Map<String, String> environment = new HashMap<>();
    environment.put("FLASHSALE_ROLES", String.join(",", plan.roles()));
    environment.put("FLASHSALE_CONTACT_POINTS_REQUIRED", Integer.toString(inventoryNodes / 2 + 1));
    environment.put("CLASSPATH", classpath());
    environment.put("FLASHSALE_ENVIRONMENT", "local");
    environment.put("FLASHSALE_HTTP_PORT", Integer.toString(ports.http()));
    environment.put("FLASHSALE_GRPC_PORT", Integer.toString(ports.grpc()));
    environment.put("FLASHSALE_GRPC_STATIC_ENDPOINT", "127.0.0.1:" + ports.grpc());
    environment.put("FLASHSALE_MANAGEMENT_PORT", Integer.toString(ports.management()));
    environment.put("FLASHSALE_REMOTE_PORT", Integer.toString(ports.remoting()));
    environment.put("FLASHSALE_REDIS_URI", servers.redisUri());
    environment.put("FLASHSALE_KAFKA_BOOTSTRAP_SERVERS", servers.kafkaBootstrapServers());
    PostgresProcess postgres = servers.postgres();
    environment.put("FLASHSALE_POSTGRES_HOST", postgres.host());
    environment.put("FLASHSALE_POSTGRES_PORT", Integer.toString(postgres.port()));
    environment.put("FLASHSALE_POSTGRES_DATABASE", postgres.database());
    environment.put("FLASHSALE_POSTGRES_USER", postgres.user());
    environment.put("FLASHSALE_POSTGRES_PASSWORD", postgres.password());
    String etcd = servers.etcdEndpoint();
    environment.put("FLASHSALE_ETCD_ENDPOINTS", etcd == null ? "" : etcd);
    return environment;
  }

  /** This JVM's class path without the directory that this class is in. */
  private static String classpath() {
    List<String> parts = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(":", -1)) {
      if (!Path.of(part).endsWith("test-classes")) {
        parts.add(part);
      }
    }
    return String.join(":", parts);
  }

  public ServerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close(STOPS_WITHIN);
  }
}
