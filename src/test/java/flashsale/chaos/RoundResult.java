package flashsale.chaos;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of one sale under one fault.
 *
 * @param notServed purchases that were told to try again, or nothing
 * @param away from the strike until the parts answered again
 * @param recovery from then until a unit was sold again, and told; where others take over, the
 *     longest time without a sale; null: that was not seen
 * @param slowest answer to a purchase; null: none was answered
 * @param refusedP99Ms how long all but 1 % of the refusals took while the fault lasted; null: there
 *     were too few
 */
record RoundResult(
    String fault,
    long confirmed,
    long inDoubt,
    long notServed,
    long requests,
    long retried,
    Duration away,
    @Nullable Duration recovery,
    @Nullable Duration slowest,
    @Nullable Double refusedP99Ms,
    List<String> violations) {
  RoundResult {
    violations = List.copyOf(violations);
  }

  static RoundResult brokenOff(String fault, String why) {
    return new RoundResult(fault, 0, 0, 0, 0, 0, Duration.ZERO, null, null, null, List.of(why));
  }
}
