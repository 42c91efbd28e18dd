package flashsale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as whoever starts it sees it, with every server away: what it says, how it ends. */
class MainIT {
  private static final Duration START_WITHIN = Duration.ofSeconds(60);
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private @Nullable Process process;

  @AfterEach
  void end() throws InterruptedException {
    if (process != null && process.destroyForcibly().isAlive()) {
      process.waitFor();
    }
  }

  private Process start(Map<String, String> settings) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Stream.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
        .filter(flag -> Runtime.version().feature() >= 24)
        .forEach(command::add);
    command.add("flashsale.Main");
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.put("CLASSPATH", classpath());
    environment.put("FLASHSALE_ENVIRONMENT", "local");
    environment.put("FLASHSALE_HTTP_PORT", "0");
    environment.put("FLASHSALE_GRPC_PORT", "0");
    environment.put("FLASHSALE_MANAGEMENT_PORT", "0");
    // Nobody listens on port 1.
    environment.put("FLASHSALE_REDIS_URI", "redis://127.0.0.1:1");
    environment.put("FLASHSALE_POSTGRES_PORT", "1");
    environment.put("FLASHSALE_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1");
    environment.put("FLASHSALE_ETCD_ENDPOINTS", "");
    environment.putAll(settings);
    process =
        builder
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    return process;
  }

  /** This JVM's class path without the directory that this class is in. */
  private static String classpath() {
    return Stream.of(System.getProperty("java.class.path").split(":", -1))
        .filter(part -> !Path.of(part).endsWith("test-classes"))
        .collect(Collectors.joining(":"));
  }

  /** What it said, without what the JVM itself has to say. */
  private List<String> said() throws IOException {
    return Files.readAllLines(directory.resolve("err")).stream()
        .filter(line -> line.startsWith("flashsale") || line.startsWith("\tat"))
        .toList();
  }

  private void assertCannotStart(Process main, int code, String why) throws Exception {
    assertThat(main.waitFor(START_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(said()).containsExactly("flashsale cannot start: " + why);
    assertThat(main.exitValue()).isEqualTo(code);
  }

  @Test
  void endsInOrderWhenItIsTold() throws Exception {
    String port = Integer.toString(freePort());
    Process main = start(Map.of("FLASHSALE_MANAGEMENT_PORT", port));
    awaitUp(port);

    main.destroy();

    assertThat(main.waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(main.exitValue()).isZero();
    assertThat(said()).isEmpty();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitUp(String managementPort) {
    HttpRequest members =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + managementPort + "/cluster/members"))
            .timeout(Duration.ofSeconds(2))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      await()
          .atMost(START_WITHIN)
          .ignoreExceptions()
          .until(() ->
              http.send(members, HttpResponse.BodyHandlers.ofString())
                  .body()
                  .contains("\"status\":\"Up\""));
    }
  }

  @Test
  void refusesASettingInOneLine() throws Exception {
    Process main = start(Map.of("FLASHSALE_KAFKA_PARTITIONS", "5000"));

    assertCannotStart(main, 2, "flashsale.kafka.partitions: 5000 (expected: 1 to 1024)");
  }

  @Test
  void saysWhatWasExpectedInsteadOfText() throws Exception {
    Process main = start(Map.of("FLASHSALE_HTTP_PORT", "abc"));

    assertCannotStart(
        main, 2, "flashsale.http.port: abc (expected: 0 to 65535; 0 takes any free port)");
  }

  @Test
  void refusesASettingWhoseNameIsMistyped() throws Exception {
    Process main = start(Map.of("JAVA_TOOL_OPTIONS", "-Dflashsale.htp.port=9080"));

    assertCannotStart(
        main, 2, "flashsale.htp.port: unknown (expected: a setting of application.conf)");
  }

  @Test
  void namesThePortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      Process main = start(Map.of("FLASHSALE_HTTP_PORT", port));

      assertCannotStart(
          main, 1, "flashsale.http: 127.0.0.1:" + port + " (expected: an address that is free)");
    }
  }

  @Test
  void namesTheManagementPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      Process main = start(Map.of("FLASHSALE_MANAGEMENT_PORT", port));

      assertCannotStart(
          main,
          1,
          "pekko.management.http: 127.0.0.1:" + port + " (expected: an address that is free)");
    }
  }

  @Test
  void saysThatTheRemotingPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      Process main = start(Map.of("FLASHSALE_REMOTE_PORT", port));

      assertThat(main.waitFor(START_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(said())
          .singleElement()
          .satisfies(line -> assertThat(line).contains("127.0.0.1:" + port));
      assertThat(main.exitValue()).isEqualTo(1);
    }
  }
}
