package flashsale.local;

import flashsale.local.LocalStackNetwork.Address;
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

  /** Where it is and listens, in so far as its roles need it. */
  record Place(String host, int http, int grpc, int management, int remoting) {}

  /**
   * What it works on.
   *
   * @param database who signs in where
   * @param etcd null: no etcd, the node is on its own
   */
  public record Servers(
      Address redis,
      Address kafka,
      Address postgres,
      PostgresProcess database,
      @Nullable Address etcd) {}

  private final ServerProcess process;

  private NodeProcess(ServerProcess process) {
    this.process = process;
  }

  /**
   * Returns when it is ready, and a gateway answers reads.
   *
   * @param launcher words before its command
   * @param inventoryNodes how many there are to be; a majority of them founds the cluster
   */
  static NodeProcess start(
      LocalStackNodes.Plan plan,
      List<String> launcher,
      Place place,
      int inventoryNodes,
      Servers servers,
      Path log) {
    String path = NodeClasses.path();
    HttpRequest ready = get(place.host(), place.management(), "/ready");
    HttpRequest activities = get(place.host(), place.http(), "/v1/activities");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return new NodeProcess(
          ServerProcess.start(
              plan.name(),
              command(launcher, plan, path),
              environment(plan, path, place, inventoryNodes, servers),
              log,
              READY_WITHIN,
              () -> isOk(http, ready) && (!plan.is("gateway") || isOk(http, activities))));
    }
  }

  private static HttpRequest get(String host, int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path))
        .timeout(PROBE_TIMEOUT)
        .build();
  }

  private static boolean isOk(HttpClient http, HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
  }

  private static List<String> command(
      List<String> launcher, LocalStackNodes.Plan plan, String path) {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(jvm());
    command.addAll(NodeClasses.archiveFlags(path, plan.is("inventory") && plan.is("gateway")));
    command.add("flashsale.Main");
    return command;
  }

  /** The program java, and the flags that every node has. */
  public static List<String> jvm() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-Xms1g");
    words.add("-Xmx1g");
    // Most of what is allocated dies at once, so more than half is for the young; and a buffer of
    // half a megabyte must not begin a marking of the whole heap, as it would with smaller regions.
    words.add("-Xmn600m");
    words.add("-XX:G1HeapRegionSize=8m");
    int java = Runtime.version().feature();
    if (java >= 24) {
      words.add("--enable-native-access=ALL-UNNAMED");
    }
    if (java >= 23) {
      words.add("--sun-misc-unsafe-memory-access=allow");
    }
    return words;
  }

  private static Map<String, String> environment(
      LocalStackNodes.Plan plan, String path, Place place, int inventoryNodes, Servers servers) {
    Map<String, String> environment = new HashMap<>();
    environment.put("FLASHSALE_ROLES", String.join(",", plan.roles()));
    environment.put("FLASHSALE_CONTACT_POINTS_REQUIRED", Integer.toString(inventoryNodes / 2 + 1));
    environment.put("CLASSPATH", path);
    environment.put("FLASHSALE_ENVIRONMENT", "local");
    for (String server : List.of("HTTP", "GRPC", "MANAGEMENT", "REMOTE")) {
      environment.put("FLASHSALE_" + server + "_HOST", place.host());
    }
    environment.put("FLASHSALE_HTTP_PORT", Integer.toString(place.http()));
    environment.put("FLASHSALE_GRPC_PORT", Integer.toString(place.grpc()));
    environment.put("FLASHSALE_GRPC_STATIC_ENDPOINT", place.host() + ":" + place.grpc());
    environment.put("FLASHSALE_MANAGEMENT_PORT", Integer.toString(place.management()));
    environment.put("FLASHSALE_REMOTE_PORT", Integer.toString(place.remoting()));
    environment.put("FLASHSALE_REDIS_URI", "redis://" + servers.redis());
    environment.put("FLASHSALE_KAFKA_BOOTSTRAP_SERVERS", servers.kafka().toString());
    environment.put("FLASHSALE_POSTGRES_HOST", servers.postgres().host());
    environment.put("FLASHSALE_POSTGRES_PORT", Integer.toString(servers.postgres().port()));
    PostgresProcess database = servers.database();
    environment.put("FLASHSALE_POSTGRES_DATABASE", database.database());
    environment.put("FLASHSALE_POSTGRES_USER", database.user());
    environment.put("FLASHSALE_POSTGRES_PASSWORD", database.password());
    Address etcd = servers.etcd();
    environment.put("FLASHSALE_ETCD_ENDPOINTS", etcd == null ? "" : "http://" + etcd);
    return environment;
  }

  public ServerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close(STOPS_WITHIN);
  }
}
