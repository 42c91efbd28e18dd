package flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
  private final List<Measured> runs = new ArrayList<>();

  private static Measured run(String scenario, double perSecond, double ceiling, String fault) {
    return new Measured(
        scenario, perSecond, ceiling, 1.5, 9, 20, 30, Map.of("node-1", 120.0), 700L, fault);
  }

  private BenchReport report() {
    return new BenchReport("2026-01-02, a machine", 3, runs);
  }

  private void threeOf(String scenario, double first, double second, double third) {
    runs.add(run(scenario, first, 1000, ""));
    runs.add(run(scenario, second, 1000, ""));
    runs.add(run(scenario, third, 1000, ""));
  }

  @Test
  void saysTheMedianOfTheRatios() {
    threeOf("accept", 500, 900, 400);
    assertThat(report().valid()).isTrue();
    assertThat(report().markdown())
        .startsWith("2026-01-02, a machine\n\n| scenario |")
        .contains("| accept | 500 | 1,000 | 50.0 % (40.0 to 90.0) | 1.5 | 9.0 | 20.0 | 30 | 0.7 |")
        .contains("| CPU, µs per request | node-1 |")
        .contains("| accept | 120 |")
        .doesNotContain("INVALID");
  }

  @Test
  void aRunWithAnErrorIsInvalid() {
    threeOf("accept", 500, 900, 400);
    runs.add(run("refuse", 700, 1000, "3 other answers: {202=3}"));
    assertThat(report().valid()).isFalse();
    assertThat(report().markdown()).contains("INVALID: refuse: 3 other answers: {202=3}");
  }

  @Test
  void twoRepetitionsAreTooFew() {
    runs.add(run("accept", 500, 1000, ""));
    BenchReport two = new BenchReport("somewhere", 2, runs);
    assertThat(two.valid()).isFalse();
    assertThat(two.markdown()).contains("INVALID: 2 repetitions (expected: >= 3)");
  }

  @Test
  void isComparedByRatiosAndNotByRates(@TempDir Path directory) throws Exception {
    threeOf("accept", 500, 500, 500);
    report().write(directory);
    BenchReport earlier = BenchReport.read(directory.resolve("report.json"));
    assertThat(earlier).isEqualTo(report());

    runs.clear();
    runs.add(run("accept", 1500, 2000, ""));
    runs.add(run("durable", 10, 2000, ""));
    assertThat(report().comparedWith(earlier))
        .contains("Compared with 2026-01-02, a machine")
        .contains("| accept | 1.50 | 1.00 |")
        .contains("| durable | new | |");
  }
}
