package flashsale.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An etcd of one member on 127.0.0.1, from the system's package {@code etcd-server}: no Java
 * package carries it.
 *
 * <p>Starting again on the same data directory and port finds the same data. It does not sync to
 * disk ({@code --unsafe-no-fsync}): data outlives a killed process, not a power cut.
 */
public final class EtcdProcess implements AutoCloseable {

  /** What a test says when it is skipped because the machine has no etcd. */
  public static final String SKIPPED = "skipped: needs etcd (package etcd-server)";

  private static final Duration READY_WITHIN = Duration.ofSeconds(20);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

  /** A certificate and its key, both in PEM. */
  public record Tls(Path certificate, Path key) {}

  private final ServerProcess process;
  private final String endpoint;

  private EtcdProcess(ServerProcess process, String endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  public static boolean isInstalled() {
    return executable().isPresent();
  }

  /** Starts etcd and waits until it has a leader, that is, until it answers reads. */
  public static EtcdProcess start(Path dataDir, int port, Path log) {
    return start(dataDir, port, log, null);
  }

  /** The same, to be reached over TLS only. */
  public static EtcdProcess start(Path dataDir, int port, Path log, @Nullable Tls tls) {
    Path etcd =
        executable()
            .orElseThrow(() ->
                new ServerProcess.StartFailure(
                    "etcd is not installed: apt-get install etcd-server"));
    String client = (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + peerPort(dataDir);
    List<String> command = new ArrayList<>();
    Collections.addAll(
        command,
        etcd.toString(),
        "--name=local",
        "--data-dir=" + dataDir.resolve("store"),
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--initial-cluster=local=" + peer,
        "--unsafe-no-fsync",
        "--logger=zap",
        "--log-outputs=stderr",
        "--log-level=error");
    String health = client;
    if (tls != null) {
      health = "http://127.0.0.1:" + ServerProcess.freePort();
      command.add("--listen-metrics-urls=" + health);
      command.add("--cert-file=" + tls.certificate());
      command.add("--key-file=" + tls.key());
    }
    HttpRequest isHealthy =
        HttpRequest.newBuilder(URI.create(health + "/health")).timeout(PROBE_TIMEOUT).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      ServerProcess process =
          ServerProcess.start(
              "etcd", command, Map.of(), log, READY_WITHIN, () -> isHealthy(http, isHealthy));
      return new EtcdProcess(process, client);
    }
  }

  private static boolean isHealthy(HttpClient http, HttpRequest request) throws Exception {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    return response.statusCode() == 200 && response.body().contains("\"health\":\"true\"");
  }

  /** The port among members: it is part of the stored membership, so it must outlive a restart. */
  private static int peerPort(Path dataDir) {
    Path file = dataDir.resolve("peer-port");
    try {
      Files.createDirectories(dataDir);
      if (!Files.exists(file)) {
        Files.writeString(file, Integer.toString(ServerProcess.freePort()));
      }
      return Integer.parseInt(Files.readString(file).trim());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> executable() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/bin", "/usr/local/bin"))
        .filter(directory -> !directory.isBlank())
        .map(directory -> Path.of(directory, "etcd"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  public ServerProcess process() {
    return process;
  }

  /** The URL for clients: {@code http} or {@code https}, 127.0.0.1 and the port. */
  public String endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    process.close();
  }
}
