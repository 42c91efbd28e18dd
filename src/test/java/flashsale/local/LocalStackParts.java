package flashsale.local;

import flashsale.local.LocalStackNetwork.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a run and how they hang together: four servers that need nobody, and the nodes that
 * need all of them.
 */
final class LocalStackParts {
  private static final List<String> SERVERS = List.of("redis", "postgres", "kafka", "etcd");

  /** A node that leaves hands over its shards first. */
  private static final Duration NODE_STOPS_WITHIN = Duration.ofSeconds(25);

  private final LocalStackOptions.Run options;
  private final List<LocalStackNodes.Plan> plans;
  private final LocalStackPorts ports;
  private final LocalStackNetwork network;
  private final Map<String, Address> seen = new HashMap<>();
  private final boolean etcd;
  private final Map<String, LocalStackPart> servers = new LinkedHashMap<>();
  private final Map<String, LocalStackPart> nodes = new LinkedHashMap<>();
  private volatile @Nullable PostgresProcess postgres;

  LocalStackParts(
      LocalStackOptions.Run options,
      LocalStackFiles files,
      Path dataDir,
      List<LocalStackNodes.Plan> plans,
      LocalStackNetwork network,
      LocalStackPart.Mourner mourner) {
    this.options = options;
    this.plans = List.copyOf(plans);
    this.network = network;
    this.ports = LocalStackPorts.of(dataDir, portNames(plans));
    for (String server : SERVERS) {
      seen.put(server, network.seen(server, ports.of(server)));
    }
    this.etcd = EtcdProcess.isInstalled();
    if (!etcd && plans.size() > 1) {
      throw new ServerProcess.StartFailure(
          "no etcd here, and several nodes find each other through it alone;"
              + " install it (apt-get install etcd-server), or start one node");
    }
    addServer(
        "redis",
        mourner,
        () -> {
          var redis =
              RedisProcess.start(dataDir.resolve("redis"), ports.of("redis"), files.log("redis"));
          return new LocalStackPart.Running(redis.process(), redis);
        });
    addServer(
        "postgres",
        mourner,
        () -> {
          var started =
              PostgresProcess.start(
                  dataDir.resolve("postgres"), ports.of("postgres"), files.log("postgres"));
          postgres = started;
          return new LocalStackPart.Running(started.process(), started);
        });
    addServer(
        "kafka",
        mourner,
        () -> {
          var kafka =
              KafkaProcess.start(
                  dataDir.resolve("kafka"), ports.of("kafka"), seen("kafka"), files.log("kafka"));
          return new LocalStackPart.Running(kafka.process(), kafka);
        });
    if (etcd) {
      addServer(
          "etcd",
          mourner,
          () -> {
            var started =
                EtcdProcess.start(dataDir.resolve("etcd"), ports.of("etcd"), files.log("etcd"));
            return new LocalStackPart.Running(started.process(), started);
          });
    }
    for (LocalStackNodes.Plan plan : plans) {
      nodes.put(
          plan.name(),
          new LocalStackPart(
              plan.name(),
              () -> {
                var started =
                    NodeProcess.start(
                        plan,
                        network.launcher(plan.name()),
                        placeOf(plan),
                        inventoryNodes(),
                        serversOfTheNodes(),
                        files.log(plan.name()));
                return new LocalStackPart.Running(started.process(), started);
              },
              mourner,
              NODE_STOPS_WITHIN));
    }
  }

  private static List<String> portNames(List<LocalStackNodes.Plan> plans) {
    return Stream.concat(SERVERS.stream(), plans.stream().flatMap(plan -> plan.ports().stream()))
        .toList();
  }

  private int inventoryNodes() {
    return options.nodes();
  }

  /** The first of each kind is where the flags say. */
  private NodeProcess.Place placeOf(LocalStackNodes.Plan plan) {
    return new NodeProcess.Place(
        network.hostOf(plan.name()),
        isFirst(plan, "gateway") ? options.httpPort() : ports.of(plan.name() + ".http"),
        isFirst(plan, "inventory") ? options.grpcPort() : ports.of(plan.name() + ".grpc"),
        isFirst(plan, "inventory")
            ? options.managementPort()
            : ports.of(plan.name() + ".management"),
        ports.of(plan.name() + ".remoting"));
  }

  private boolean isFirst(LocalStackNodes.Plan plan, String role) {
    return plan.equals(plans.stream().filter(each -> each.is(role)).findFirst().orElse(null));
  }

  private void addServer(
      String name, LocalStackPart.Mourner mourner, LocalStackPart.Starter starter) {
    servers.put(name, new LocalStackPart(name, starter, mourner, LocalStackPart.STOP_GRACE));
  }

  private NodeProcess.Servers serversOfTheNodes() {
    return new NodeProcess.Servers(
        seen("redis"),
        seen("kafka"),
        seen("postgres"),
        startedPostgres(),
        etcd ? seen("etcd") : null);
  }

  private Address seen(String server) {
    return Objects.requireNonNull(seen.get(server), server);
  }

  private PostgresProcess startedPostgres() {
    PostgresProcess started = postgres;
    if (started == null) {
      throw new IllegalStateException("postgres: not started yet (expected: before the nodes)");
    }
    return started;
  }

  private String etcdEndpoint() {
    return "http://127.0.0.1:" + ports.of("etcd");
  }

  /** Those that the nodes need; without etcd where the machine has none. */
  List<LocalStackPart> servers() {
    return List.copyOf(servers.values());
  }

  /** Processes of our own, in the order in which they are named to the user. */
  List<LocalStackPart> nodes() {
    return List.copyOf(nodes.values());
  }

  List<String> names() {
    return Stream.concat(nodes.keySet().stream(), servers.keySet().stream()).toList();
  }

  Optional<LocalStackPart> named(String name) {
    return Optional.ofNullable(nodes.getOrDefault(name, servers.get(name)));
  }

  /** The nodes first, so that they can say goodbye to the others; then all others at once. */
  void stop() {
    stop(nodes.values());
    stop(servers.values());
  }

  private static void stop(Collection<LocalStackPart> parts) {
    CompletableFuture.allOf(
            parts.stream()
                .map(part -> CompletableFuture.runAsync(part::stop, Thread::startVirtualThread))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  LocalStackState state(String control) {
    PostgresProcess database = startedPostgres();
    Map<String, Long> processes = new LinkedHashMap<>();
    for (String name : names()) {
      ServerProcess process = named(name).map(LocalStackPart::process).orElse(null);
      if (process != null) {
        processes.put(name, process.pid());
      }
    }
    return new LocalStackState(
        addresses("gateway", "http://", NodeProcess.Place::http),
        addresses("inventory", "", NodeProcess.Place::grpc),
        plans.stream()
            .map(plan -> address("http://", plan, NodeProcess.Place::management))
            .toList(),
        List.of(),
        new LocalStackState.Postgres(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            database.password()),
        new LocalStackState.Redis("127.0.0.1", ports.of("redis")),
        new LocalStackState.Kafka("127.0.0.1:" + ports.of("kafka")),
        new LocalStackState.Etcd(etcd ? List.of(etcdEndpoint()) : List.of()),
        processes,
        control);
  }

  private List<String> addresses(
      String role, String before, Function<NodeProcess.Place, Integer> port) {
    return plans.stream()
        .filter(plan -> plan.is(role))
        .map(plan -> address(before, plan, port))
        .toList();
  }

  private String address(
      String before, LocalStackNodes.Plan plan, Function<NodeProcess.Place, Integer> port) {
    NodeProcess.Place place = placeOf(plan);
    return before + place.host() + ":" + port.apply(place);
  }
}
