package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code scripts/chaos --quick}: the promise on real processes, with one fault of each family. */
class ChaosQuickIT {
  /** Not a temporary one: after a violation the evidence is in it. */
  private static final Path DIRECTORY = Path.of("target", "chaos-quick");

  @Test
  void thePromiseHoldsWhateverDies() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code = Chaos.run(DIRECTORY, print, print, "--quick");
    assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(DIRECTORY.resolve("report.md")).content().contains("0 violations");
  }
}
