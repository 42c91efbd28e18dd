package flashsale.local;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka: one node that is broker and controller (KRaft), in a JVM of its own.
 *
 * <p>The storage is formatted at the first start only, so a later start on the same folder and
 * ports finds the same data. SIGTERM ends it cleanly. It never waits for the disk: a killed process
 * loses nothing, a power cut may.
 *
 * <p>Arguments: data folder, port for clients, port for the controller, both on 127.0.0.1; address
 * at which clients are told to find it.
 */
final class KafkaMain {
  private static final String NODE_ID = "1";

  private KafkaMain() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 4) {
      throw new IllegalArgumentException(
          "arguments: "
              + args.length
              + " (expected: DATA_DIR CLIENT_PORT CONTROLLER_PORT SEEN_ADDRESS)");
    }
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
        instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(Level.WARN);
    }
    Path storage = Files.createDirectories(Path.of(args[0], "storage")).toAbsolutePath();
    if (!Files.exists(storage.resolve("meta.properties"))) {
      format(storage);
    }
    KafkaConfig config = new KafkaConfig(settings(storage, args[1], args[2], args[3]));
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop-kafka"));
    server.startup();
    server.awaitShutdown();
  }

  private static void format(Path storage) throws Exception {
    try (PrintStream silent = silent()) {
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(Integer.parseInt(NODE_ID))
          .setDirectories(List.of(storage.toString()))
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(storage.toString())
          .setSupportedFeatures(List.of())
          .setPrintStream(silent)
          .run();
    }
  }

  private static PrintStream silent() throws IOException {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  private static Map<String, String> settings(
      Path storage, String port, String controllerPort, String seen) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", NODE_ID);
    settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://" + seen);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
    settings.put("log.dir", storage.toString());
    settings.put("auto.create.topics.enable", "false");
    // One broker: everything the broker keeps for itself has one replica.
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // A killed broker may come back only after its session: by default 9 s.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
    // Two shared cores and a heap of 512 MB; the cleaner alone would take 128 MB.
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "3");
    settings.put("log.cleaner.dedupe.buffer.size", "4194304");
    return settings;
  }
}
