package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Many stories in which everything goes wrong, and the promises are kept all the same.
 *
 * <p>{@code -Dflashsale.seed=S -Dflashsale.seeds=N} tells N stories from S on; {@code
 * -Dflashsale.lines=L} shows the last L lines of one that fails.
 */
class RandomHistoryTest {
  private static final int SEEDS = Integer.getInteger("flashsale.seeds", 3_000);
  private static final int LINES_SHOWN = Integer.getInteger("flashsale.lines", 120);

  @Test
  void keepsThePromisesWhateverGoesWrong() {
    Map<RandomHistory.Event, Integer> events = new EnumMap<>(RandomHistory.Event.class);
    long first = Long.getLong("flashsale.seed", 1);
    for (long seed = first; seed < first + SEEDS; seed++) {
      RandomHistory story = new RandomHistory(seed);
      try {
        story.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\n" + told(seed), e);
      }
      story.events().forEach((event, count) -> events.merge(event, count, Integer::sum));
    }
    if (SEEDS >= 1_000) {
      assertThat(events).hasSize(RandomHistory.Event.values().length);
      assertThat(events.values()).allMatch(count -> count >= SEEDS / 20);
    }
  }

  @Test
  void tellsTheSameStoryForTheSameSeed() {
    assertThat(history(7)).isNotEmpty().isEqualTo(history(7)).isNotEqualTo(history(8));
  }

  private static String history(long seed) {
    RandomHistory story = new RandomHistory(seed);
    story.world().keepHistory();
    story.run();
    return story.world().history();
  }

  private static String told(long seed) {
    RandomHistory story = new RandomHistory(seed);
    story.world().keepHistory();
    try {
      story.run();
    } catch (AssertionError | RuntimeException expected) {
      String[] lines = story.world().history().split("\n");
      int from = Math.max(0, lines.length - LINES_SHOWN);
      return String.join("\n", Arrays.asList(lines).subList(from, lines.length));
    }
    return "(did not fail when told again)";
  }
}
