package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void doublesUpToTheMostAndBeginsAgain() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(300));
    assertThat(backoff.next()).isEqualTo(100);
    assertThat(backoff.next()).isEqualTo(200);
    assertThat(backoff.next()).isEqualTo(300);
    assertThat(backoff.next()).isEqualTo(300);
    backoff.reset();
    assertThat(backoff.next()).isEqualTo(100);
  }

  /** {@code backoff-min} above {@code retry-max} is no wrong setting. */
  @Test
  void theMostMayBeLessThanTheFirst() {
    Backoff backoff = new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(2));
    assertThat(backoff.next()).isEqualTo(5_000);
    assertThat(backoff.next()).isEqualTo(2_000);
    assertThat(backoff.next()).isEqualTo(2_000);
  }

  @Test
  void endsAtTwentyFourDays() {
    Backoff backoff = new Backoff(Duration.ofDays(20), Duration.ofDays(365));
    assertThat(backoff.next()).isEqualTo(Duration.ofDays(20).toMillis());
    assertThat(backoff.next()).isEqualTo(Integer.MAX_VALUE);
    assertThat(backoff.next()).isEqualTo(Integer.MAX_VALUE);
  }
}
