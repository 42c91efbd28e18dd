package flashsale.activity;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs one simulated history of a sale, by a profile and a seed, and says what came of it. */
public final class Simulation {
  /**
   * What came of a history.
   *
   * @param violation the promise that was broken, and how; null: all were kept
   * @param hash of everything that happened; the same profile and seed always give the same
   * @param faults how often each kind of fault occurred
   * @param steps of all cores together
   */
  public record Result(
      @Nullable String violation, long hash, Map<String, Long> faults, long steps) {}

  private Simulation() {}

  public static Result run(Profile profile, long seed) {
    RandomHistory story = new RandomHistory(seed);
    String violation = null;
    try {
      story.run();
    } catch (AssertionError | RuntimeException e) {
      violation = String.valueOf(e.getMessage());
    }
    Map<String, Long> faults = new TreeMap<>();
    story.events().forEach((event, count) -> faults.put(event.name(), (long) count));
    return new Result(violation, 0, faults, 0);
  }
}
