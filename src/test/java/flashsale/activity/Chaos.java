package flashsale.activity;

import flashsale.activity.Plan.FaultId;
import java.util.ArrayList;
import java.util.List;
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

  private final Plan plan;
  private final int[][] odds = new int[SCOPES.length][];
  private final Fault[][] faults = new Fault[SCOPES.length][];
  private final int[] totals = new int[SCOPES.length];
  private final long[] struck = new long[FAULTS.length];
  private @Nullable List<FaultId> ids;
  private boolean over;

  Chaos(Plan plan) {
    this.plan = plan;
    Dice dice = stream(-1).next();
    // Each history has its own mixture: a kind of fault that never occurs hides nothing.
    int intensity = new int[] {30, 100, 100, 250}[dice.below(4)];
    for (Fault.Scope scope : SCOPES) {
      List<Fault> some = new ArrayList<>();
      for (Fault fault : FAULTS) {
        boolean on = fault.scope == scope && plan.profile().odds(fault) > 0 && !dice.oneIn(3);
        if (on) {
          some.add(fault);
        }
      }
      faults[scope.ordinal()] = some.toArray(Fault[]::new);
      odds[scope.ordinal()] = new int[some.size()];
      for (int i = 0; i < some.size(); i++) {
        int odd = plan.profile().odds(some.get(i));
        odds[scope.ordinal()][i] = scope == Fault.Scope.EVENT ? odd : odd * intensity / 100;
        totals[scope.ordinal()] += odds[scope.ordinal()][i];
      }
    }
  }

  Stream stream(int number) {
    return new Stream(number, Dice.seedOf(plan.seed() * 31 + plan.profile().ordinal(), number));
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

  long struck(Fault fault) {
    return struck[fault.ordinal()];
  }

  boolean mayStrike(Fault fault) {
    for (Fault one : faults[fault.scope.ordinal()]) {
      if (one == fault) {
        return true;
      }
    }
    return false;
  }

  /** The fault that strikes here, by the stream's next dice; null: none. It counts as struck. */
  @Nullable Fault strike(Stream stream, Fault.Scope scope) {
    return strike(stream, scope, OF);
  }

  /** One of the events, if the scope has any. */
  @Nullable Fault event(Stream stream) {
    return strike(stream, Fault.Scope.EVENT, totals[Fault.Scope.EVENT.ordinal()]);
  }

  private @Nullable Fault strike(Stream stream, Fault.Scope scope, int of) {
    Dice dice = stream.next();
    int at = of == 0 ? 0 : dice.below(of);
    if (over || at >= totals[scope.ordinal()]) {
      return null;
    }
    Fault[] some = faults[scope.ordinal()];
    int i = 0;
    while (at >= odds[scope.ordinal()][i]) {
      at -= odds[scope.ordinal()][i];
      i++;
    }
    if (!plan.allows(stream.number, stream.index)) {
      return null;
    }
    if (ids != null) {
      ids.add(stream.id());
    }
    struck[some[i].ordinal()]++;
    return some[i];
  }

  /** What was counted did not come about. */
  void missed(Fault fault) {
    struck[fault.ordinal()]--;
    if (ids != null) {
      ids.removeLast();
    }
  }
}
