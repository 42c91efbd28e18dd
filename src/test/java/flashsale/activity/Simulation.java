package flashsale.activity;

import flashsale.simulation.Violation;
import java.util.List;
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

  /** A history told at length. */
  record Told(
      @Nullable String violation, long hash, List<Plan.FaultId> faults, List<String> lines) {}

  private Simulation() {}

  /** Tells the history of a seed. */
  public static Result run(Profile profile, long seed) {
    RandomHistory history = new RandomHistory(Plan.of(profile, seed));
    String violation = violationOf(history);
    Map<String, Long> faults = new TreeMap<>();
    history.chaos().struck().forEach((fault, times) -> faults.put(fault.label(), (long) times));
    World world = history.world();
    return new Result(violation, world.hashValue(), faults, world.steps());
  }

  /** Tells it again, and writes down what happened. */
  static Told tell(Plan plan) {
    RandomHistory history = new RandomHistory(plan);
    history.chaos().keepIds();
    history.world().keepHistory();
    String violation = violationOf(history);
    World world = history.world();
    return new Told(violation, world.hashValue(), history.chaos().ids(), world.historyLines());
  }

  /** As {@link #tell}, without the lines. */
  static Told tellBriefly(Plan plan) {
    RandomHistory history = new RandomHistory(plan);
    history.chaos().keepIds();
    String violation = violationOf(history);
    return new Told(violation, history.world().hashValue(), history.chaos().ids(), List.of());
  }

  static @Nullable String violationOf(RandomHistory history) {
    try {
      history.run();
      return null;
    } catch (Violation broken) {
      return broken.getMessage();
    } catch (RuntimeException | Error broken) {
      // What a core threw, or a model: nothing of the kind may happen, whatever goes wrong.
      return "I0: " + broken;
    }
  }
}
