package flashsale.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where a run keeps what it writes: all of it below the checkout's {@code target/}, so that there
 * is one run per checkout and {@code mvn clean} leaves nothing.
 *
 * @param root the checkout
 */
record LocalStackFiles(Path root) {
  private static final int LINE_CHARACTERS_MAX = 300;
  private static final List<String> ALARMS =
      List.of("error", "fatal", "panic", "exception", "caused by", "failed", "in use");

  /** What scripts and tests read to find the running system; there only while it is ready. */
  Path state() {
    return root.resolve("target/local-stack.json");
  }

  /** Held by the run as long as it lives, however it ends. */
  Path lock() {
    return root.resolve("target/local-stack.lock");
  }

  /** Removed at the end of a run. */
  Path scratch() {
    return root.resolve("target/local-stack");
  }

  Path temporaryData() {
    return scratch().resolve("data");
  }

  /** The word that a caller of {@link LocalStackControl} must know; readable by the owner alone. */
  Path controlSecret() {
    return scratch().resolve("control-secret");
  }

  Path log(String name) {
    return root.resolve("target/logs/" + name + ".log");
  }

  /** The line that most likely says what went wrong; empty when the log says nothing. */
  static String lastWord(Path log) {
    try (Stream<String> lines = Files.lines(log, ISO_8859_1)) {
      List<String> said =
          lines
              .filter(line -> !line.isBlank() && !line.stripLeading().matches("(at |\\.\\.\\. ).*"))
              .map(String::strip)
              .toList();
      return said.reversed().stream()
          .filter(LocalStackFiles::alarms)
          .findFirst()
          .or(() -> said.reversed().stream().findFirst())
          .map(line -> line.substring(0, Math.min(line.length(), LINE_CHARACTERS_MAX)))
          .orElse("");
    } catch (IOException | UncheckedIOException none) {
      return "";
    }
  }

  private static boolean alarms(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return ALARMS.stream().anyMatch(lower::contains);
  }
}
