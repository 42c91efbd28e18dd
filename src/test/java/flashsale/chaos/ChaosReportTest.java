package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChaosReportTest {
  private final ChaosReport report =
      new ChaosReport(
          "2026-01-02, a machine",
          List.of(
              fault("node: kill -9", ""),
              fault("kafka: kill -9", ""),
              fault("disk", "mounts"),
              fault("cluster: selling node kill -9", ""),
              fault("cluster: rolling restart", "")),
          false,
          1);

  private static Fault fault(String name, String missing) {
    return new Fault() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<String> missing() {
        return Optional.of(missing).filter(what -> !what.isEmpty());
      }

      @Override
      public boolean sellsOn() {
        return name.startsWith("cluster: ");
      }

      @Override
      public void strike(Target target) {}

      @Override
      public Duration lasts() {
        return Duration.ZERO;
      }

      @Override
      public void heal(Target target) {}
    };
  }

  private static RoundResult round(
      String fault, long awayMs, @Nullable Long recoveryMs, @Nullable Double refusedMs) {
    return new RoundResult(
        fault,
        1000,
        7,
        0,
        5000,
        3000,
        Duration.ofMillis(awayMs),
        recoveryMs == null ? null : Duration.ofMillis(recoveryMs),
        Duration.ofMillis(4_100),
        refusedMs,
        List.of());
  }

  @Test
  void showsARowForEachKindOfFault() {
    report.add(round("node: kill -9", 8000, 500L, null));
    report.add(round("node: kill -9", 9000, 1500L, null));
    report.add(round("node: kill -9", 7000, 700L, null));
    assertThat(report.markdown())
        .startsWith("2026-01-02, a machine\n\n| fault |")
        .contains("| node: kill -9 | 3 | 3,000 | 21 | 8.0 s / 9.0 s | 0.7 s / 1.5 s | 0 |")
        .contains("| kafka: kill -9 | 0 |")
        .contains(
            "1 kinds of fault, 3 sales, 3,000 units confirmed, 15,000 requests, of which 9,000 retried; 0 violations.");
  }

  @Test
  void saysWhatASkippedFaultNeeds() {
    assertThat(report.markdown()).contains("| disk | skipped: needs mounts |");
  }

  @Test
  void countsAndQuotesViolations() {
    report.add(RoundResult.brokenOff("node: kill -9", "the sale did not begin"));
    assertThat(report.violations()).isEqualTo(1);
    assertThat(report.markdown()).contains("- node: kill -9: the sale did not begin");
  }

  @Test
  void theNodeMustSellAgainInTime() {
    report.add(round("node: kill -9", 12_000, 7_900L, null));
    assertThat(report.figuresAreMet()).isTrue();
    report.add(round("node: kill -9", 12_000, 8_100L, null));
    assertThat(report.figuresAreMet()).isFalse();
    assertThat(report.markdown())
        .contains(
            "| node killed → started again and selling within 20 s | 20.10 s at most | **no** |");
  }

  @Test
  void theClosedRegisterMustRefuseAtOnce() {
    report.add(round("kafka: kill -9", 12_000, 900L, 49.0));
    assertThat(report.figuresAreMet()).isTrue();
    report.add(round("kafka: kill -9", 12_000, 900L, 51.0));
    assertThat(report.figuresAreMet()).isFalse();
  }

  @Test
  void othersMustTakeOverInTime() {
    report.add(round("cluster: selling node kill -9", 40_000, 19_900L, null));
    assertThat(report.figuresAreMet()).isTrue();
    assertThat(report.markdown())
        .contains("| others take over: no pause over 20 s | 19.90 s at most | yes |")
        .contains("| every purchase answered within 5 s | 4.10 s at most | yes |");
    report.add(round("cluster: selling node kill -9", 40_000, 20_100L, null));
    assertThat(report.figuresAreMet()).isFalse();
  }

  @Test
  void aSaleThatNobodyTookOverIsNoSuccess() {
    report.add(round("cluster: selling node kill -9", 40_000, null, null));
    assertThat(report.figuresAreMet()).isFalse();
  }

  @Test
  void aRollingRestartCostsNothing() {
    report.add(round("cluster: rolling restart", 60_000, 990L, null));
    assertThat(report.markdown())
        .contains("| rolling restart: no pause over 1 s | 0.99 s at most | yes |")
        .contains(
            "| rolling restart: every purchase is decided at once | 7 told 202, 503 or nothing | **no** |");
  }

  @Test
  void kafkaMustBeSoldFromSoon() {
    report.add(round("kafka: kill -9", 12_000, 5_100L, null));
    assertThat(report.figuresAreMet()).isFalse();
  }
}
