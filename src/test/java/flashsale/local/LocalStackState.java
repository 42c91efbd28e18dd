package flashsale.local;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * The state file of a run that is ready: where everything is and which process it is.
 *
 * <p>Readers see a whole file or none, also while a restarted part's process changes in it.
 *
 * @param metrics empty until there are metrics
 * @param processes the parts' process ids by name
 * @param control where {@link LocalStackControl} listens, {@code host:port}
 */
public record LocalStackState(
    List<String> http,
    List<String> grpc,
    List<String> management,
    List<String> metrics,
    Postgres postgres,
    Redis redis,
    Kafka kafka,
    Etcd etcd,
    Map<String, Long> processes,
    String control) {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** The password never appears in {@link #toString()}. */
  public record Postgres(String host, int port, String database, String user, String password) {
    @Override
    public String toString() {
      return user + "@" + host + ":" + port + "/" + database;
    }
  }

  /** Where Redis listens. */
  public record Redis(String host, int port) {}

  /** Where the node finds Kafka. */
  public record Kafka(String bootstrapServers) {}

  /** Empty where the machine has no etcd. */
  public record Etcd(List<String> endpoints) {}

  /** Replaces the file in one step. */
  void write(Path file) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(unfinished, JSON.writeValueAsString(this) + "\n");
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  static LocalStackState read(Path file) throws IOException {
    return JSON.readValue(Files.readString(file), LocalStackState.class);
  }
}
