package flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
  private final List<Measured> runs = new ArrayList<>();
  private final List<Figure> figures = new ArrayList<>();

  private static Measured run(String scenario, double perSecond, double ceiling, String fault) {
    return new Measured(
        scenario, perSecond, ceiling, 1.5, 9, 20, 30, Map.of("node-1", 120.0), 700L, fault);
  }

  private BenchReport report() {
    return new BenchReport("2026-01-02, a machine", 3, runs, figures);
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
    BenchReport two = new BenchReport("somewhere", 2, runs, figures);
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

  private void started(double... seconds) {
    for (double each : seconds) {
      figures.add(new Figure("start", each, "s", "≤ 12", ""));
    }
  }

  @Test
  void aFigureStandsBesideWhatIsAsked() {
    started(9, 14.25, 8.5);
    figures.add(new Figure("core", 43_210, "/s", "≥ 50,000", Map.of("core", 30.0), ""));
    assertThat(report().valid()).isTrue();
    assertThat(report().markdown())
        .contains("| start | ≤ 12 | 9.00 s (8.50 to 14.25) |")
        .contains("| core | ≥ 50,000 | 43,210 /s (43,210 to 43,210) |")
        .contains("| CPU, µs per request | core |\n|---|---|\n| core | 30 |")
        .doesNotContain("| start | 0 |", "ceiling");
    assertThat(BenchReport.line(figures.getLast())).isEqualTo("core: 43,210 /s (asked: ≥ 50,000)");
  }

  @Test
  void aFigureWithAFaultIsInvalid() {
    figures.add(new Figure("start", 9, "s", "≤ 12", "port 8080 is taken"));
    assertThat(report().valid()).isFalse();
    assertThat(report().markdown()).contains("INVALID: start: port 8080 is taken");
  }

  @Test
  void figuresAreComparedTooAndAnEarlierReportMayHaveNone(@TempDir Path directory)
      throws Exception {
    Path old = directory.resolve("old.json");
    Files.writeString(old, "{\"where\":\"an old one\",\"repetitions\":3,\"runs\":[]}");
    started(10, 10, 10);
    report().write(directory);
    BenchReport earlier = BenchReport.read(directory.resolve("report.json"));
    assertThat(earlier).isEqualTo(report());

    figures.clear();
    started(5, 5, 5);
    assertThat(report().comparedWith(earlier)).contains("| start | 0.50 |");
    assertThat(report().comparedWith(BenchReport.read(old))).contains("| start | new |");
  }
}
