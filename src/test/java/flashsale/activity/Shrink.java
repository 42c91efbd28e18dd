package flashsale.activity;

import flashsale.activity.Plan.FaultId;
import flashsale.activity.Simulation.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Looks for the shortest history that breaks the same promise: fewer shoppers, less time, and only
 * the faults that it takes.
 *
 * <p>Each candidate is told anew, so what is found is always a real history.
 */
final class Shrink {
  private static final int TELLINGS_MAX = 4_000;

  private final Function<Plan, Told> teller;
  private final String promise;
  private Plan best;
  private int tellings;

  private Shrink(Function<Plan, Told> teller, Plan failing, String violation) {
    this.teller = teller;
    best = failing;
    promise = promiseOf(violation);
  }

  /** The shortest plan that was found; {@code failing} itself when there is none. */
  static Plan shortest(Plan failing, String violation) {
    return shortest(Simulation::tellBriefly, failing, violation);
  }

  static Plan shortest(Function<Plan, Told> teller, Plan failing, String violation) {
    Shrink shrink = new Shrink(teller, failing, violation);
    Plan before;
    do {
      before = shrink.best;
      shrink.fewerFaults();
      shrink.fewerShoppers();
      shrink.lessTime();
    } while (!before.equals(shrink.best) && shrink.tellings < TELLINGS_MAX);
    return shrink.best;
  }

  /** I1 to I6; I0 for what must never be thrown. */
  static String promiseOf(String violation) {
    int end = violation.indexOf(':');
    return end < 0 ? violation : violation.substring(0, end);
  }

  private boolean breaks(Plan plan) {
    if (tellings >= TELLINGS_MAX) {
      return false;
    }
    tellings++;
    String violation = teller.apply(plan).violation();
    boolean same = violation != null && promiseOf(violation).equals(promise);
    if (same) {
      best = plan;
    }
    return same;
  }

  /** Delta debugging: leaves out ever smaller parts of the faults that struck. */
  private void fewerFaults() {
    List<FaultId> struck = new ArrayList<>(teller.apply(best).faults());
    if (!breaks(best.withOnly(struck))) {
      return;
    }
    int part = Math.max(1, struck.size() / 2);
    while (!struck.isEmpty()) {
      boolean cut = false;
      for (int from = 0; from < struck.size(); ) {
        List<FaultId> rest = new ArrayList<>(struck);
        rest.subList(from, Math.min(struck.size(), from + part)).clear();
        if (breaks(best.withOnly(rest))) {
          struck = rest;
          cut = true;
        } else {
          from += part;
        }
      }
      if (part == 1 && !cut || tellings >= TELLINGS_MAX) {
        return;
      }
      part = Math.max(1, part / 2);
    }
  }

  private void fewerShoppers() {
    for (int shoppers = 1; shoppers < Math.min(best.shoppersMax(), 12); shoppers++) {
      if (breaks(best.withShoppersMax(shoppers))) {
        return;
      }
    }
  }

  private void lessTime() {
    for (long ms = 50; ms < Math.min(best.chaosMsMax(), 15_000); ms = ms * 5 / 4) {
      if (breaks(best.withChaosMsMax(ms))) {
        return;
      }
    }
  }
}
