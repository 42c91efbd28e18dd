package flashsale.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a run and how they hang together: four servers that need nobody, and the node that
 * needs all of them.
 */
final class LocalStackParts {
  static final String NODE = "node-1";

  private final NodeProcess.Ports nodePorts;
  private final LocalStackPorts ports;
  private final LocalStackDetours.Ports seen;
  private final boolean etcd;
  private final Map<String, LocalStackPart> servers = new LinkedHashMap<>();
  private final LocalStackPart node;
  private volatile @Nullable PostgresProcess postgres;

  LocalStackParts(
      LocalStackOptions.Run options,
      LocalStackFiles files,
      Path dataDir,
      LocalStackPorts ports,
      LocalStackDetours detours,
      LocalStackPart.Mourner mourner) {
    this.ports = ports;
    this.seen = detours.around(new LocalStackDetours.Ports(ports.redis(), ports.kafka()));
    this.nodePorts =
        new NodeProcess.Ports(
            options.httpPort(), options.grpcPort(), options.managementPort(), ports.remoting());
    this.etcd = EtcdProcess.isInstalled();
    addServer(
        "redis",
        mourner,
        () -> {
          var redis =
              RedisProcess.start(dataDir.resolve("redis"), ports.redis(), files.log("redis"));
          return new LocalStackPart.Running(redis.process(), redis);
        });
    addServer(
        "postgres",
        mourner,
        () -> {
          var started =
              PostgresProcess.start(
                  dataDir.resolve("postgres"), ports.postgres(), files.log("postgres"));
          postgres = started;
          return new LocalStackPart.Running(started.process(), started);
        });
    addServer(
        "kafka",
        mourner,
        () -> {
          var kafka =
              KafkaProcess.start(
                  dataDir.resolve("kafka"), ports.kafka(), seen.kafka(), files.log("kafka"));
          return new LocalStackPart.Running(kafka.process(), kafka);
        });
    if (etcd) {
      addServer(
          "etcd",
          mourner,
          () -> {
            var started =
                EtcdProcess.start(dataDir.resolve("etcd"), ports.etcd(), files.log("etcd"));
            return new LocalStackPart.Running(started.process(), started);
          });
    }
    this.node =
        new LocalStackPart(
            NODE,
            () -> {
              var started = NodeProcess.start(NODE, nodePorts, serversOfTheNode(), files.log(NODE));
              return new LocalStackPart.Running(started.process(), started);
            },
            mourner);
  }

  private void addServer(
      String name, LocalStackPart.Mourner mourner, LocalStackPart.Starter starter) {
    servers.put(name, new LocalStackPart(name, starter, mourner));
  }

  private NodeProcess.Servers serversOfTheNode() {
    return new NodeProcess.Servers(
        "redis://127.0.0.1:" + seen.redis(),
        "127.0.0.1:" + seen.kafka(),
        startedPostgres(),
        etcd ? etcdEndpoint() : null);
  }

  private PostgresProcess startedPostgres() {
    PostgresProcess started = postgres;
    if (started == null) {
      throw new IllegalStateException("postgres: not started yet (expected: before the node)");
    }
    return started;
  }

  private String etcdEndpoint() {
    return "http://127.0.0.1:" + ports.etcd();
  }

  /** Those that the node needs; without etcd where the machine has none. */
  List<LocalStackPart> servers() {
    return List.copyOf(servers.values());
  }

  LocalStackPart node() {
    return node;
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(NODE);
    names.addAll(servers.keySet());
    return names;
  }

  Optional<LocalStackPart> named(String name) {
    return name.equals(NODE) ? Optional.of(node) : Optional.ofNullable(servers.get(name));
  }

  /** The node first, so that it can say goodbye to the others; then all others at once. */
  void stop() {
    node.stop();
    CompletableFuture.allOf(
            servers.values().stream()
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
        List.of("http://127.0.0.1:" + nodePorts.http()),
        List.of("127.0.0.1:" + nodePorts.grpc()),
        List.of("http://127.0.0.1:" + nodePorts.management()),
        List.of(),
        new LocalStackState.Postgres(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            database.password()),
        new LocalStackState.Redis("127.0.0.1", ports.redis()),
        new LocalStackState.Kafka("127.0.0.1:" + ports.kafka()),
        new LocalStackState.Etcd(etcd ? List.of(etcdEndpoint()) : List.of()),
        processes,
        control);
  }
}
