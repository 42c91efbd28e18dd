package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code target/local-stack.json}, which others read too. */
final class LocalStackStateTest {
  private static final LocalStackState STATE =
      new LocalStackState(
          List.of("http://127.0.0.1:8080"),
          List.of("127.0.0.1:8081"),
          List.of("http://127.0.0.1:8558"),
          List.of(),
          new LocalStackState.Postgres("127.0.0.1", 5, "flashsale", "flashsale", "secret"),
          new LocalStackState.Redis("127.0.0.1", 6),
          new LocalStackState.Kafka("127.0.0.1:7"),
          new LocalStackState.Etcd(List.of("http://127.0.0.1:8")),
          Map.of("node-1", 11L),
          "127.0.0.1:9");

  @TempDir Path directory;

  @Test
  void writesWhatTheContractSays() throws IOException {
    Path file = directory.resolve("local-stack.json");

    STATE.write(file);

    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(Files.readString(file)))
        .isEqualTo(
            json.readTree(
                """
                {"http":["http://127.0.0.1:8080"],"grpc":["127.0.0.1:8081"],
                 "management":["http://127.0.0.1:8558"],"metrics":[],
                 "postgres":{"host":"127.0.0.1","port":5,"database":"flashsale","user":"flashsale","password":"secret"},
                 "redis":{"host":"127.0.0.1","port":6},"kafka":{"bootstrapServers":"127.0.0.1:7"},
                 "etcd":{"endpoints":["http://127.0.0.1:8"]},
                 "processes":{"node-1":11},"control":"127.0.0.1:9"}
                """));
  }

  @Test
  void replacesTheFileAndLeavesNoOtherBehind() throws IOException {
    Path file = directory.resolve("local-stack.json");
    Files.writeString(file, "of an earlier run");

    STATE.write(file);

    assertThat(LocalStackState.read(file)).isEqualTo(STATE);
    assertThat(directory).isDirectoryContaining(file::equals);
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void keepsThePasswordOutOfItsText() {
    assertThat(STATE.toString()).doesNotContain("secret").contains("flashsale@127.0.0.1:5");
  }
}
