package flashsale.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.stream.Stream;

/** Where and when something was measured. */
public final class Machine {
  private Machine() {}

  /** Date and machine, in one line. */
  public static String where() throws IOException {
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
}
