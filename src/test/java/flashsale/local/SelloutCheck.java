package flashsale.local;

import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Has;
import flashsale.local.SelloutHistory.Shopper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The promise, held against a history: told CONFIRMED means having it, nobody has two, not a unit
 * more and not a unit less than there are, and every book says the same.
 *
 * <p>Pure: a history in, one sentence per kind of violation out. It believes no server, only what
 * shoppers were told and what the books say afterwards.
 */
public final class SelloutCheck {
  private final SelloutHistory history;
  private final SelloutViolations violations = new SelloutViolations();

  /** What each buyer was told first; the others are not in it. */
  private final Map<String, Has> buyers = new TreeMap<>();

  private SelloutCheck(SelloutHistory history) {
    this.history = history;
    for (Shopper shopper : history.shoppers()) {
      Has has = shopper.firstHas();
      if (has != null) {
        buyers.put(shopper.user(), has);
      }
    }
  }

  /** Every violation, worded for people; empty: the promise held. */
  public static List<String> violationsIn(SelloutHistory history) {
    SelloutCheck check = new SelloutCheck(history);
    check.exactlyTheStockIsSold();
    check.everybodyLearnsTheOutcome();
    check.oneOrderEach();
    check.oneSequenceEach();
    check.nobodyIsToldTheContrary();
    SelloutBookCheck.check(history, check.buyers.keySet(), check.violations);
    return check.violations.found();
  }

  private void exactlyTheStockIsSold() {
    long expected = Math.min(history.stock(), history.shoppers().size());
    violations.unlessEqual("shoppers with a unit", buyers.size(), expected);
  }

  private void everybodyLearnsTheOutcome() {
    List<String> who = new ArrayList<>();
    for (Shopper shopper : history.shoppers()) {
      if (!buyers.containsKey(shopper.user()) && shopper.firstRefusal() == null) {
        who.add(shopper.user());
      }
    }
    violations.shoppers("never learned their outcome", who);
  }

  private void oneOrderEach() {
    List<String> several = new ArrayList<>();
    Map<String, String> owners = new HashMap<>();
    List<String> shared = new ArrayList<>();
    for (Shopper shopper : history.shoppers()) {
      Set<String> ids = orderIdsTold(shopper);
      if (ids.size() > 1) {
        several.add(shopper.user() + " " + ids);
      }
      for (String id : ids) {
        String owner = owners.putIfAbsent(id, shopper.user());
        if (owner != null) {
          shared.add(shopper.user() + " and " + owner);
        }
      }
    }
    violations.shoppers("were told two different orders", several);
    violations.shoppers("were told the order of somebody else", shared);
  }

  static Set<String> orderIdsTold(Shopper shopper) {
    Set<String> ids = new TreeSet<>();
    shopper
        .exchanges()
        .forEach(exchange -> {
          switch (exchange.answer()) {
            case SelloutAnswer.Has has -> ids.add(has.orderId());
            case SelloutAnswer.Pending pending -> ids.add(pending.orderId());
            default -> {}
          }
        });
    return ids;
  }

  private void oneSequenceEach() {
    List<String> several = new ArrayList<>();
    List<String> outside = new ArrayList<>();
    Map<Long, String> owners = new HashMap<>();
    List<String> shared = new ArrayList<>();
    for (Shopper shopper : history.shoppers()) {
      Set<Long> sequences = sequencesTold(shopper);
      if (sequences.size() > 1) {
        several.add(shopper.user() + " " + sequences);
      }
      for (long sequence : sequences) {
        String owner = owners.putIfAbsent(sequence, shopper.user());
        if (owner != null) {
          shared.add(shopper.user() + " and " + owner + " (" + sequence + ")");
        }
        if (sequence < 1 || sequence > buyers.size()) {
          outside.add(shopper.user() + " (" + sequence + ")");
        }
      }
    }
    violations.shoppers("were told two different sequences", several);
    violations.shoppers("were told the sequence of somebody else", shared);
    violations.shoppers("were told a sequence outside 1 to " + buyers.size(), outside);
  }

  static Set<Long> sequencesTold(Shopper shopper) {
    Set<Long> sequences = new TreeSet<>();
    shopper
        .exchanges()
        .forEach(exchange -> {
          if (exchange.answer() instanceof SelloutAnswer.Has has && has.sequence() != null) {
            sequences.add(has.sequence());
          }
        });
    return sequences;
  }

  private void nobodyIsToldTheContrary() {
    Set<String> inPostgres = new HashSet<>();
    if (history.rows() != null) {
      history.rows().forEach(row -> inPostgres.add(row.user()));
    }
    List<String> soldOut = new ArrayList<>();
    List<String> forgotten = new ArrayList<>();
    for (Shopper shopper : history.shoppers()) {
      Has has = buyers.get(shopper.user());
      boolean toldSoldOut =
          shopper.exchanges().anyMatch(e -> e.answer() instanceof SelloutAnswer.SoldOut);
      if (toldSoldOut && (has != null || inPostgres.contains(shopper.user()))) {
        soldOut.add(shopper.user());
      } else if (has != null
          && shopper.exchanges().anyMatch(exchange -> contradicts(exchange, has.exchange()))) {
        forgotten.add(shopper.user());
      }
    }
    violations.shoppers("were told SOLD OUT and have an order", soldOut);
    violations.shoppers("were told that they have it, and later that they have not", forgotten);
  }

  /** A buyer who asks again, after having been told, is never told anything else. */
  private static boolean contradicts(Exchange later, Exchange told) {
    return later.askedNs() > told.answeredNs()
        && switch (later.answer()) {
          case SelloutAnswer.NotPurchased notPurchased -> true;
          case SelloutAnswer.SoldOut soldOut -> true;
          case SelloutAnswer.Refused refused ->
              refused.code().equals("closed") || refused.code().equals("not-open");
          case SelloutAnswer.TryAgain tryAgain -> tryAgain.code().equals("paused");
          case SelloutAnswer.Has has -> false;
          case SelloutAnswer.Pending pending -> false;
          case SelloutAnswer.Unknown unknown -> false;
        };
  }
}
