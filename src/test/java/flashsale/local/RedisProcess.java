package flashsale.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/**
 * A real Redis (6.2.11 on x86-64 Linux) from the embedded-redis jar, as a child process of ours.
 *
 * <p>Everything it needs and writes, its executable too, is below the data directory. It keeps an
 * append-only file that reaches the operating system before a reply goes out, so even after {@link
 * ServerProcess#kill()} a start on the same directory finds every answered write; only a power cut
 * could lose the last second.
 */
public final class RedisProcess implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(20);
  private static final Duration PROBE_MAX = Duration.ofSeconds(1);

  private final ServerProcess process;
  private final int port;

  private RedisProcess(ServerProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts Redis on 127.0.0.1 and waits until it has read its data; again on the same directory and
   * port it finds the same data.
   */
  public static RedisProcess start(Path dataDir, int port, Path log) {
    return start(dataDir, port, log, List.of());
  }

  /** The same with further arguments. */
  public static RedisProcess start(Path dataDir, int port, Path log, List<String> further) {
    Path directory = dataDir.toAbsolutePath();
    List<String> command =
        new ArrayList<>(
            List.of(
                executableBelow(directory).toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--dir",
                directory.toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction"));
    command.addAll(further);
    return new RedisProcess(
        ServerProcess.start(
            "redis", command, Map.of(), log, START_MAX, () -> isOurChildAndReady(port)),
        port);
  }

  /**
   * Starts a Sentinel on 127.0.0.1.
   *
   * @param configuration a file in {@code dataDir}, which it also writes to; says everything but
   *     where it listens
   */
  public static RedisProcess startSentinel(Path dataDir, Path configuration, int port, Path log) {
    List<String> command =
        List.of(
            executableBelow(dataDir.toAbsolutePath()).toString(),
            configuration.toAbsolutePath().toString(),
            "--sentinel",
            "--bind",
            "127.0.0.1",
            "--port",
            Integer.toString(port));
    return new RedisProcess(
        ServerProcess.start(
            "sentinel", command, Map.of(), log, START_MAX, () -> isOurChildAndReady(port)),
        port);
  }

  public ServerProcess process() {
    return process;
  }

  public int port() {
    return port;
  }

  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }

  /**
   * Never half a file: it is written aside and moved into place.
   *
   * <p>A program of its own writes it. Any process that this JVM starts at the same moment holds,
   * until it has become its program, every file that the JVM has open, and what is open for writing
   * nobody can run ("Text file busy").
   */
  private static Path executableBelow(Path directory) {
    String resource =
        ExecutableProvider.newProvidedVersionsMap().get(OsArchitecture.detectOSandArchitecture());
    if (resource == null) {
      throw new ServerProcess.StartFailure(
          "redis: no executable for "
              + System.getProperty("os.name")
              + " on "
              + System.getProperty("os.arch")
              + " (expected: Linux or macOS, x86-64 or arm64)");
    }
    Path executable = directory.resolve("redis-server");
    if (Files.isExecutable(executable)) {
      return executable;
    }
    try (InputStream bytes = ExecutableProvider.class.getResourceAsStream(resource)) {
      if (bytes == null) {
        throw new ServerProcess.StartFailure("redis: " + resource + " is not in its jar");
      }
      Files.createDirectories(directory);
      Path unpacked = directory.resolve("redis-server.bytes");
      Path aside = directory.resolve("redis-server.new");
      Files.copy(bytes, unpacked, StandardCopyOption.REPLACE_EXISTING);
      copy(unpacked, aside);
      Files.delete(unpacked);
      Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rwx------"));
      return Files.move(aside, executable, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try {
      int code = new ProcessBuilder("cp", from.toString(), to.toString()).start().waitFor();
      if (code != 0) {
        throw new IOException("cp " + from + " " + to + ": exit code " + code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Another server on the same port would answer too, and must not pass for the one started. */
  private static boolean isOurChildAndReady(int port) throws IOException {
    String info = info(port);
    return !info.contains("\r\nloading:1\r\n")
        && ProcessHandle.current()
            .children()
            .anyMatch(child -> info.contains("\r\nprocess_id:" + child.pid() + "\r\n"));
  }

  private static String info(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) PROBE_MAX.toMillis());
      socket.getOutputStream().write("INFO\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
