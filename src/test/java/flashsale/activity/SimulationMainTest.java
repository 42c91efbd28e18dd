package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return new SimulationMain(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void countsSeedsAndFaults() {
    assertThat(run("--seeds", "70", "--seed", "5")).isZero();
    assertThat(out()).contains("redis wiped", "70 seeds in", "every promise was kept");
  }

  @Test
  void tellsOneHistoryAtLength() {
    assertThat(run("--profile", "redis", "--seed", "5")).isZero();
    assertThat(out()).contains("hears CONFIRMED", "history hash", "every promise was kept");
  }

  @Test
  void tellsAHistoryThatWasCutDown() {
    assertThat(
            run("--profile=redis", "--seed=5", "--shoppers=1", "--chaos-ms=100", "--faults=none"))
        .isZero();
    assertThat(out()).contains("shopper s0", ", 0 faults").doesNotContain("shopper s1", "FAULT");
  }

  @Test
  void explainsItself() {
    assertThat(run("--help")).isZero();
    assertThat(out()).contains("usage: scripts/simulate", "ambiguous-log");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--seeds",
        "--seeds 0",
        "--seeds x",
        "--seed -1",
        "--profile nonsense",
        "--nonsense 1",
        "--shoppers 2",
        "--profile redis --seed 1 --faults 1.x",
        "--profile redis --seed 1 --seeds 3 --chaos-ms 5"
      })
  void refusesArgumentsThatMakeNoSense(String args) {
    assertThat(run(args.split(" "))).isEqualTo(2);
    assertThat(err()).startsWith("simulate: ").hasLineCount(1);
    assertThat(out()).isEmpty();
  }
}
