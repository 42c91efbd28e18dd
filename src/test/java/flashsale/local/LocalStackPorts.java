package flashsale.local;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ports of the servers that nobody needs to choose: drawn once per data directory and kept
 * there, so that the next run on the same data has the same addresses.
 */
record LocalStackPorts(int redis, int postgres, int kafka, int etcd, int remoting) {
  private static final List<String> NAMES =
      List.of("redis", "postgres", "kafka", "etcd", "remoting");

  /** The kept ones, as long as all of them are free; else new ones. */
  static LocalStackPorts of(Path dataDir) {
    Path file = dataDir.resolve("ports.properties");
    try {
      LocalStackPorts kept = kept(file);
      if (kept.areUsable()) {
        return kept;
      }
      LocalStackPorts drawn = drawn();
      drawn.keep(file);
      return drawn;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LocalStackPorts kept(Path file) throws IOException {
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
    }
    return from(
        NAMES.stream()
            .map(name -> properties.getProperty(name, ""))
            .map(text -> text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0)
            .toList());
  }

  private static LocalStackPorts drawn() {
    Set<Integer> ports = new TreeSet<>();
    while (ports.size() < NAMES.size()) {
      ports.add(ServerProcess.freePort());
    }
    return from(List.copyOf(ports));
  }

  private static LocalStackPorts from(List<Integer> ports) {
    return new LocalStackPorts(
        ports.get(0), ports.get(1), ports.get(2), ports.get(3), ports.get(4));
  }

  private List<Integer> all() {
    return List.of(redis, postgres, kafka, etcd, remoting);
  }

  private boolean areUsable() {
    return all().stream().allMatch(port -> port > 0 && port <= 65535 && ServerProcess.isFree(port));
  }

  private void keep(Path file) throws IOException {
    Properties properties = new Properties();
    for (int i = 0; i < NAMES.size(); i++) {
      properties.setProperty(NAMES.get(i), Integer.toString(all().get(i)));
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }
}
