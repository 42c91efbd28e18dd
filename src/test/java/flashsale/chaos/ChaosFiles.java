package flashsale.chaos;

import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Shopper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a run leaves behind: where it ran, and of a violation everything that may explain it. */
final class ChaosFiles {
  private static final int SLUG_CHARACTERS_MAX = 40;

  private ChaosFiles() {}

  /** Good for an activity's id and for a file's name. */
  static String slug(String name) {
    String slug = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    slug = slug.substring(0, Math.min(slug.length(), SLUG_CHARACTERS_MAX));
    return slug.replaceAll("^-|-$", "");
  }

  /** Date and machine, in one line. */
  static String where() throws IOException {
    return String.format(
        Locale.ROOT,
        "%s, %d × %s, %.0f GB, %s, Java %s",
        LocalDate.now(ZoneOffset.UTC),
        Runtime.getRuntime().availableProcessors(),
        after("/proc/cpuinfo", "model name", "CPU"),
        Long.parseLong(after("/proc/meminfo", "MemTotal", "0").replaceAll("[^0-9]", "")) / 1e6,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version().feature());
  }

  private static String after(String file, String key, String otherwise) throws IOException {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return otherwise;
    }
    try (Stream<String> lines = Files.lines(path)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(otherwise);
    }
  }

  /** The parts' logs, what everybody asked and was told, and what is wrong with it. */
  static void keepEvidence(
      Path directory, Path logs, @Nullable ChaosHistory history, RoundResult result) {
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve("violations.txt"), result.violations());
      for (String part : ChaosSystem.PARTS) {
        Path log = logs.resolve(part + ".log");
        if (Files.exists(log)) {
          Files.copy(log, directory.resolve(part + ".log"), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      if (history != null) {
        write(history, directory.resolve("history.txt"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(ChaosHistory history, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("proof: " + history.sale().proof() + "\n");
      ChaosHistory.Books books = history.books();
      out.write("view: " + (books == null ? "not read" : books.view()) + "\n");
      if (books != null) {
        for (ChaosHistory.Order order : books.orders()) {
          out.write(order + "\n");
        }
      }
      for (Shopper shopper : history.sale().shoppers()) {
        for (int click = 0; click < shopper.clicks().size(); click++) {
          for (Exchange exchange : shopper.clicks().get(click).exchanges()) {
            out.write(line(history, shopper.user(), click, exchange));
          }
        }
      }
    }
  }

  private static String line(ChaosHistory history, String user, int click, Exchange exchange) {
    SelloutAnswer answer = exchange.answer();
    return "%s click %d %s %d..%d %s%n"
        .formatted(
            user,
            click + 1,
            exchange.question(),
            history.clock().wallMs(exchange.askedNs()),
            history.clock().wallMs(exchange.answeredNs()),
            answer);
  }

  static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException gone) {
      return;
    }
  }
}
