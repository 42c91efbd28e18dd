package flashsale.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One server of the local run or of a test: a process of its own, so that it can be killed, paused
 * and restarted alone.
 *
 * <p>Its output goes to a log file. {@link #close()} asks it to end (SIGTERM) and ends it after a
 * grace period (SIGKILL).
 */
public final class ServerProcess implements AutoCloseable {
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Words in front of every command, of a program that becomes the one it is given. */
  private static final String LAUNCHER_PROPERTY = "flashsale.local.launcher";

  /** The range below the one from which the system takes ports for outgoing connections. */
  private static final int PORT_MIN = 15_000;

  private static final int PORT_MAX = 31_999;
  private static final int PORT_TRIES_MAX = 1000;

  /** Answers whether the server is ready; an exception means not yet. */
  public interface Readiness {
    boolean isReady() throws Exception;
  }

  /** A server did not come up; the message is one line that says what to look at. */
  public static final class StartFailure extends RuntimeException {
    public StartFailure(String message) {
      super(message);
    }
  }

  private final String name;
  private final Process process;

  private ServerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts {@code command} and waits until it is ready; ends it again when it is not ready in time.
   */
  public static ServerProcess start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path log,
      Duration within,
      Readiness readiness) {
    ServerProcess server = spawn(name, command, environment, log);
    try {
      server.awaitReady(log, within, readiness);
      return server;
    } catch (RuntimeException e) {
      server.kill();
      throw e;
    }
  }

  /** Words before every command: {@code scripts/run} says some, a test says none. */
  public static List<String> launcher() {
    String launcher = System.getProperty(LAUNCHER_PROPERTY, "");
    return launcher.isBlank() ? List.of() : List.of(launcher.split(" ", -1));
  }

  private static ServerProcess spawn(
      String name, List<String> command, Map<String, String> environment, Path log) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      List<String> launched = new ArrayList<>(launcher());
      launched.addAll(command);
      ProcessBuilder builder = new ProcessBuilder(launched);
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      return new ServerProcess(name, builder.start());
    } catch (IOException e) {
      throw new StartFailure(name + " could not be started: " + e.getMessage());
    }
  }

  private void awaitReady(Path log, Duration within, Readiness readiness) {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      if (!process.isAlive()) {
        throw new StartFailure(
            name + " ended with exit code " + process.exitValue() + " while starting; see " + log);
      }
      if (isReady(readiness)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new StartFailure(
            name + " was not ready after " + within.toSeconds() + " s; see " + log);
      }
      try {
        process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StartFailure(name + ": interrupted while starting");
      }
    }
  }

  private static boolean isReady(Readiness readiness) {
    try {
      return readiness.isReady();
    } catch (Exception notYet) {
      return false;
    }
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL, as a power cut would; returns when the process is gone. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    awaitExit(STOP_GRACE);
  }

  /**
   * Sends a signal to the process and to those that it started, Postgres' backends for instance.
   *
   * @param signal as the shell calls it: "STOP", "CONT", "TERM" …
   */
  public void signal(String signal) throws IOException {
    String pids =
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
            .map(handle -> Long.toString(handle.pid()))
            .collect(Collectors.joining(" "));
    try {
      // One of them may have ended meanwhile, which is no failure.
      new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + pids + " 2>/dev/null")
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(STOP_GRACE);
  }

  /** Asks it to end, and ends it by force when it has not by then. */
  public void close(Duration within) {
    process.destroy();
    if (!awaitExit(within)) {
      kill();
    }
  }

  private boolean awaitExit(Duration within) {
    try {
      return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Its exit code, once it has ended: 128 + the signal's number when a signal ended it. */
  public CompletionStage<Integer> exit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * A port on 127.0.0.1 that nobody listens on at this moment.
   *
   * <p>No outgoing connection takes it either, so a server that died can come back to it.
   */
  public static int freePort() {
    for (int tries = 0; tries < PORT_TRIES_MAX; tries++) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new StartFailure("no free port found between " + PORT_MIN + " and " + PORT_MAX);
  }

  /** Whether nobody listens on {@code port} of 127.0.0.1. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
