package flashsale.local;

import flashsale.local.LocalStackNetwork.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/**
 * A Kafka broker of the local run or of a test.
 *
 * <p>Started again on the same data folder and port it is the same broker with the same records.
 */
public final class KafkaProcess implements AutoCloseable {
  private static final Duration START_WITHIN = Duration.ofSeconds(60);

  private static final DescribeClusterOptions ANSWER_WITHIN =
      new DescribeClusterOptions().timeoutMs(1000);

  private final ServerProcess process;
  private final int port;

  private KafkaProcess(ServerProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Returns when the broker answers a client on 127.0.0.1:{@code port}. */
  public static KafkaProcess start(Path dataDir, int port, Path log) {
    return start(dataDir, port, new Address(LocalStackNetwork.LOOPBACK, port), log);
  }

  /**
   * The same, for clients that reach the broker by a detour.
   *
   * @param seen where the broker tells its clients to find it, a proxy for instance, which must let
   *     through already
   */
  static KafkaProcess start(Path dataDir, int port, Address seen, Path log) {
    ServerProcess process =
        ServerProcess.start(
            "kafka",
            command(dataDir, port, seen, controllerPort(dataDir, port)),
            Map.of("CLASSPATH", System.getProperty("java.class.path")),
            log,
            START_WITHIN,
            () -> listens(port) && answers(port));
    return new KafkaProcess(process, port);
  }

  private static List<String> command(Path dataDir, int port, Address seen, int controllerPort) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms512m",
        "-Xmx512m",
        // A collection is a pause for everybody who buys: few of them, and none for classes.
        "-Xmn320m",
        "-XX:MetaspaceSize=128m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        KafkaMain.class.getName(),
        dataDir.toString(),
        Integer.toString(port),
        Integer.toString(controllerPort),
        seen.toString());
  }

  /** The controller's port is part of the stored quorum: chosen once, then kept with the data. */
  private static int controllerPort(Path dataDir, int clientPort) {
    Path file = dataDir.resolve("controller-port");
    try {
      if (Files.exists(file)) {
        return Integer.parseInt(Files.readString(file).trim());
      }
      int port = ServerProcess.freePort();
      while (port == clientPort) {
        port = ServerProcess.freePort();
      }
      Files.createDirectories(dataDir);
      Files.writeString(file, Integer.toString(port));
      return port;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Spares the client a warning for every attempt before the port is open. */
  private static boolean listens(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    }
  }

  private static boolean answers(int port) throws Exception {
    Map<String, Object> settings =
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port);
    try (Admin admin = Admin.create(settings)) {
      return !admin.describeCluster(ANSWER_WITHIN).nodes().get(2, TimeUnit.SECONDS).isEmpty();
    }
  }

  public ServerProcess process() {
    return process;
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}
