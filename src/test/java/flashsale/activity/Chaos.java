package flashsale.activity;

import flashsale.activity.Plan.FaultId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides where faults strike, by a plan, and counts them.
 *
 * <p>Every node, every shopper and so on has a stream of its own, and every decision its own dice.
 * So a history in which one fault is left out stays the same everywhere else for as long as it can.
 */
final class Chaos {
  private static final Fault[] FAULTS = Fault.values();
  private static final Fault.Scope[] SCOPES = Fault.Scope.values();
  private static final int OF = 10_000;

  /** One source of decisions. */
  static final class Stream {
    final int number;
    private final long seed;
    private final Dice dice = new Dice(0);
    private int index;

    Stream(int number, long seed) {
      this.number = number;
      this.seed = seed;
    }

    /** The dice of the next decision. */
    Dice next() {
      index++;
      dice.begin(Dice.seedOf(seed, index));
      return dice;
    }

    /** The dice of this decision. */
    Dice dice() {
      return dice;
    }

    FaultId id() {
      return new FaultId(number, index);
    }
  }

  /** The faults of one scope that this history has, and out of how many. */
  private static final class Places {
    final List<Fault> faults = new ArrayList<>();
    final List<Integer> odds = new ArrayList<>();
    int total;

    void add(Fault fault, int odd) {
      faults.add(fault);
      odds.add(odd);
      total += odd;
    }

    /**
     * @param at 0 to {@code total - 1}
     */
    Fault at(int at) {
      int left = at;
      int i = 0;
      while (left >= odds.get(i)) {
        left -= odds.get(i);
        i++;
      }
      return faults.get(i);
    }
  }

  private final Plan plan;
  private final long seed;
  private final Map<Fault.Scope, Places> places = new EnumMap<>(Fault.Scope.class);
  private final Map<Fault, Integer> struck = new EnumMap<>(Fault.class);
  private @Nullable List<FaultId> ids;
  private boolean over;

  Chaos(Plan plan) {
    this.plan = plan;
    seed = Dice.seedOf(plan.seed(), plan.profile().label().hashCode());
    Dice dice = stream(-1).next();
    // Each history has its own mixture: a kind of fault that never occurs hides nothing.
    int[] intensities = {30, 100, 100, 250};
    int intensity = intensities[dice.below(intensities.length)];
    for (Fault.Scope scope : SCOPES) {
      places.put(scope, new Places());
    }
    for (Fault fault : FAULTS) {
      int odd = plan.profile().odds(fault);
      if (odd > 0 && !dice.oneIn(3)) {
        boolean event = fault.scope == Fault.Scope.EVENT;
        placesOf(fault.scope).add(fault, event ? odd : odd * intensity / 100);
      }
    }
  }

  private Places placesOf(Fault.Scope scope) {
    return Objects.requireNonNull(places.get(scope));
  }

  Stream stream(int number) {
    return new Stream(number, Dice.seedOf(seed, number));
  }

  /** Remembers which faults struck, in order. */
  void keepIds() {
    ids = new ArrayList<>();
  }

  List<FaultId> ids() {
    return ids == null ? List.of() : ids;
  }

  /** From now on nothing goes wrong. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  int struck(Fault fault) {
    return struck.getOrDefault(fault, 0);
  }

  /** The faults that struck, and how often. */
  Map<Fault, Integer> struck() {
    return struck;
  }

  boolean mayStrike(Fault fault) {
    return placesOf(fault.scope).faults.contains(fault);
  }

  /** The fault that strikes here, by the stream's next dice; null: none. It counts as struck. */
  @Nullable Fault strike(Stream stream, Fault.Scope scope) {
    return strike(stream, placesOf(scope), OF);
  }

  /** One of the events, if there are any. */
  @Nullable Fault event(Stream stream) {
    Places events = placesOf(Fault.Scope.EVENT);
    return strike(stream, events, Math.max(1, events.total));
  }

  private @Nullable Fault strike(Stream stream, Places some, int of) {
    int at = stream.next().below(of);
    if (over || at >= some.total || !plan.allows(stream.number, stream.index)) {
      return null;
    }
    Fault fault = some.at(at);
    if (ids != null) {
      ids.add(stream.id());
    }
    struck.merge(fault, 1, Integer::sum);
    return fault;
  }

  /** What was counted did not come about. */
  void missed(Fault fault) {
    struck.merge(fault, -1, Integer::sum);
    if (ids != null) {
      ids.removeLast();
    }
  }
}
