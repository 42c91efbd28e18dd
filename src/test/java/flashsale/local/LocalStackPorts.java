package flashsale.local;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The ports that nobody needs to choose, by name: drawn once per data directory and kept there, so
 * that the next run on the same data has the same addresses.
 */
record LocalStackPorts(Map<String, Integer> byName) {

  LocalStackPorts {
    byName = Map.copyOf(byName);
  }

  /** The kept ones, as long as they have all names and all of them are free; else new ones. */
  static LocalStackPorts of(Path dataDir, List<String> names) {
    Path file = dataDir.resolve("ports.properties");
    try {
      LocalStackPorts kept = kept(file);
      if (kept.byName.keySet().containsAll(names) && kept.areUsable()) {
        return kept;
      }
      LocalStackPorts drawn = drawn(names);
      drawn.keep(file);
      return drawn;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int of(String name) {
    Integer port = byName.get(name);
    if (port == null) {
      throw new IllegalArgumentException(name + " (expected: one of " + byName.keySet() + ")");
    }
    return port;
  }

  private static LocalStackPorts kept(Path file) throws IOException {
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
    }
    Map<String, Integer> ports = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      String text = properties.getProperty(name);
      ports.put(name, text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0);
    }
    return new LocalStackPorts(ports);
  }

  private static LocalStackPorts drawn(List<String> names) {
    TreeSet<Integer> free = new TreeSet<>();
    while (free.size() < names.size()) {
      free.add(ServerProcess.freePort());
    }
    Map<String, Integer> ports = new TreeMap<>();
    names.forEach(name -> ports.put(name, free.removeFirst()));
    return new LocalStackPorts(ports);
  }

  private boolean areUsable() {
    return byName.values().stream()
        .allMatch(port -> port > 0 && port <= 65535 && ServerProcess.isFree(port));
  }

  private void keep(Path file) throws IOException {
    Properties properties = new Properties();
    byName.forEach((name, port) -> properties.setProperty(name, Integer.toString(port)));
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }
}
