package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TailBreaksTest {
  private final TailBreaks breaks = new TailBreaks();

  @Test
  void restsLongerAfterEachBreakUpToALimit() {
    long[] pausesMs = new long[10];
    for (int i = 0; i < pausesMs.length; i++) {
      breaks.note(seconds(i));
      pausesMs[i] = TimeUnit.NANOSECONDS.toMillis(breaks.pauseNanos());
    }

    assertThat(pausesMs)
        .containsExactly(200, 400, 800, 1_600, 3_200, 6_400, 12_800, 12_800, 12_800, 12_800);
  }

  @Test
  void manyAreThree() {
    breaks.note(seconds(1));
    breaks.note(seconds(2));
    assertThat(breaks.areMany(seconds(3))).isFalse();

    breaks.note(seconds(3));
    assertThat(breaks.areMany(seconds(4))).isTrue();
  }

  @Test
  void aTailThatWorkedForAWhileIsSoundAgain() {
    breaks.note(seconds(1));
    breaks.note(seconds(2));
    breaks.note(seconds(3));
    assertThat(breaks.areMany(seconds(34))).isFalse();

    breaks.note(seconds(35));
    assertThat(breaks.inARow()).isEqualTo(1);
  }

  private static long seconds(int seconds) {
    return TimeUnit.SECONDS.toNanos(seconds) - 77;
  }
}
