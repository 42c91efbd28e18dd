package flashsale.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SlewedClockTest {
  private static final long HOUR_MS = Duration.ofHours(1).toMillis();

  private long wallMs = Instant.parse("2026-01-01T10:00:00Z").toEpochMilli();
  private long nanos = -5;
  private final SlewedClock clock = new SlewedClock(() -> wallMs, () -> nanos);

  @Test
  void saysWhatTheWallClockSays() {
    pass(1_500);
    assertThat(clock.getAsLong()).isEqualTo(wallMs);
    pass(1);
    assertThat(clock.getAsLong()).isEqualTo(wallMs);
  }

  @Test
  void followsTheWallClockForward() {
    wallMs += HOUR_MS;
    pass(1);

    assertThat(clock.getAsLong()).isEqualTo(wallMs);
  }

  @Test
  void runsOnAtHalfSpeedWhenTheWallClockWasSetBack() {
    long before = clock.getAsLong();
    wallMs -= HOUR_MS;

    assertThat(clock.getAsLong()).isEqualTo(before);
    pass(10);
    assertThat(clock.getAsLong()).isEqualTo(before + 5);
    pass(9_990);
    assertThat(clock.getAsLong()).isEqualTo(before + 5_000);
  }

  @Test
  void runsWithTheWallClockAgainWhenThatHasCaughtUp() {
    long before = clock.getAsLong();
    wallMs -= HOUR_MS;
    pass(2 * HOUR_MS - 2);
    assertThat(clock.getAsLong()).isEqualTo(before + HOUR_MS - 1).isEqualTo(wallMs + 1);

    pass(2);
    assertThat(clock.getAsLong()).isEqualTo(wallMs);
    pass(100);
    assertThat(clock.getAsLong()).isEqualTo(wallMs);
  }

  @Test
  void losesNoTimeByBeingAskedOften() {
    long before = clock.getAsLong();
    wallMs -= HOUR_MS;
    long said = before;
    for (int i = 0; i < 2_000_000; i++) {
      nanos++;
      said = clock.getAsLong();
    }

    assertThat(said).isEqualTo(before + 1);
  }

  @Property(tries = 200)
  void neverGoesBackAndNeverStandsStill(
      @ForAll @Size(max = 50) int @IntRange(min = -10_000, max = 10_000) [] wallSteps) {
    long said = clock.getAsLong();
    for (int step : wallSteps) {
      wallMs += step;
      pass(2);
      long now = clock.getAsLong();
      assertThat(now).isGreaterThan(said);
      said = now;
    }
  }

  /** Time passes, for both clocks. */
  private void pass(long ms) {
    wallMs += ms;
    nanos += ms * 1_000_000;
  }
}
