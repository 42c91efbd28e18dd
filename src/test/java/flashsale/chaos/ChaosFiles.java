package flashsale.chaos;

import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Shopper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
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
}
