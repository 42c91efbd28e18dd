package flashsale.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program as nobody when this JVM runs as root, because Postgres refuses root; for anybody
 * else it changes nothing.
 *
 * <p>Both ways replace themselves by the program, so that its process id stays the child's. A user
 * namespace comes first, because in it files keep their owner. Containers often forbid it; there
 * the user changes for real, and keeps the right to enter directories that are root's own.
 */
final class NotRoot {
  private static final List<List<String>> WAYS =
      List.of(
          List.of("unshare", "--user"),
          List.of(
              "setpriv",
              "--reuid=65534",
              "--regid=65534",
              "--clear-groups",
              "--inh-caps=+dac_override",
              "--ambient-caps=+dac_override"));

  private NotRoot() {}

  static List<String> command(List<String> command) {
    if (!succeeds(List.of("sh", "-c", "test $(id -u) = 0"))) {
      return command;
    }
    for (List<String> way : WAYS) {
      if (succeeds(joined(way, List.of("true")))) {
        return joined(way, command);
      }
    }
    throw new ServerProcess.StartFailure(
        "postgres does not run as root, and neither unshare nor setpriv works here (expected: another user)");
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  private static boolean succeeds(List<String> command) {
    return run(command, Path.of("/dev/null"), Duration.ofSeconds(10));
  }

  /** Runs {@code command} to its end; true when it ended in time with exit code 0. */
  static boolean run(List<String> command, Path log, Duration within) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
