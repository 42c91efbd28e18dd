package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.local.SelloutOptions.WrongArguments;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelloutOptionsTest {
  @TempDir Path directory;

  private Path state(String json) throws IOException {
    return Files.writeString(directory.resolve("state.json"), json);
  }

  @Test
  void hasADefaultForEverything() {
    assertThat(SelloutOptions.parse()).isEqualTo(new SelloutOptions(1000, 20_000, 128, null, null));
  }

  @Test
  void takesEveryArgument() {
    assertThat(
            SelloutOptions.parse(
                "--stock",
                "5",
                "--shoppers",
                "6",
                "--concurrency",
                "7",
                "--url",
                "http://localhost:81/",
                "--state",
                "x.json"))
        .isEqualTo(
            new SelloutOptions(5, 6, 7, URI.create("http://localhost:81"), Path.of("x.json")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--stock",
        "--stock 0",
        "--stock -1",
        "--stock 10000001",
        "--stock 1e3",
        "--shoppers 1000001",
        "--concurrency 5000",
        "--url https://127.0.0.1:8080",
        "--url 127.0.0.1:8080",
        "--url http://127.0.0.1:8080/v1",
        "--url http://127.0.0.1:99999",
        "--url http://127.0.0.1:x",
        "--what 1",
        "5"
      })
  void refusesWhatMakesNoSense(String line) {
    assertThatThrownBy(() -> SelloutOptions.parse(line.split(" ", -1)))
        .isInstanceOf(WrongArguments.class)
        .hasMessageContaining("(expected: ");
  }

  @Test
  void aimsAtWhatTheStateFileSays() throws IOException {
    Path file =
        state(
            """
            {"http":["http://127.0.0.1:81","http://127.0.0.1:82"],
             "postgres":{"host":"127.0.0.1","port":83,"database":"d","user":"u","password":"p"}}\
            """);
    SelloutTarget target = SelloutTarget.of(SelloutOptions.parse("--state", file.toString()));
    assertThat(target.urls())
        .containsExactly(URI.create("http://127.0.0.1:81"), URI.create("http://127.0.0.1:82"));
    assertThat(target.postgres())
        .isEqualTo(new SelloutTarget.Postgres("127.0.0.1", 83, "d", "u", "p"))
        .asString()
        .isEqualTo("u@jdbc:postgresql://127.0.0.1:83/d");
  }

  @Test
  void refusesAStateFileThatIsMissingOrBroken() throws IOException {
    String missing = directory.resolve("missing.json").toString();
    assertThatThrownBy(() -> SelloutTarget.of(SelloutOptions.parse("--state", missing)))
        .isInstanceOf(WrongArguments.class)
        .hasMessageContaining("cannot be read");
    String broken = state("{").toString();
    assertThatThrownBy(() -> SelloutTarget.of(SelloutOptions.parse("--state", broken)))
        .isInstanceOf(WrongArguments.class)
        .hasMessageContaining("is not JSON");
    String empty = state("{}").toString();
    assertThatThrownBy(() -> SelloutTarget.of(SelloutOptions.parse("--state", empty)))
        .isInstanceOf(WrongArguments.class)
        .hasMessageContaining("has no \"http\"");
  }
}
