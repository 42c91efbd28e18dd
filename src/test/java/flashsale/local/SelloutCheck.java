package flashsale.local;

import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Has;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Question;
import flashsale.local.SelloutHistory.Row;
import flashsale.local.SelloutHistory.Shopper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The promise, held against a history: told CONFIRMED means having it, nobody has two, not a unit
 * more and not a unit less than there are, and every book says the same.
 *
 * <p>Pure: a history in, one sentence per kind of violation out. It believes no server, only what
 * shoppers were told and what the books say afterwards.
 */
final class SelloutCheck {
  private static final int EXAMPLES_MAX = 5;

  private final SelloutHistory history;
  private final List<String> violations = new ArrayList<>();

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
  static List<String> violationsIn(SelloutHistory history) {
    SelloutCheck check = new SelloutCheck(history);
    check.exactlyTheStockIsSold();
    check.everybodyLearnsTheOutcome();
    check.oneOrderEach();
    check.oneSequenceEach();
    check.nobodyIsToldTheContrary();
    List<Row> rows = history.rows();
    if (rows != null) {
      check.rowsAreWhatWasTold(rows);
      check.rowsAreSound(rows);
    }
    check.proofAgrees(history.proof(), rows == null ? check.buyers.size() : rows.size());
    return List.copyOf(check.violations);
  }

  private void exactlyTheStockIsSold() {
    long expected = Math.min(history.stock(), history.shoppers().size());
    if (buyers.size() != expected) {
      violations.add("shoppers with a unit: " + buyers.size() + " (expected: " + expected + ")");
    }
  }

  private void everybodyLearnsTheOutcome() {
    List<String> who = new ArrayList<>();
    for (Shopper shopper : history.shoppers()) {
      if (!buyers.containsKey(shopper.user()) && shopper.firstRefusal() == null) {
        who.add(shopper.user());
      }
    }
    report("never learned their outcome", who);
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
    report("were told two different orders", several);
    report("were told the order of somebody else", shared);
  }

  private static Set<String> orderIdsTold(Shopper shopper) {
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
    report("were told two different sequences", several);
    report("were told the sequence of somebody else", shared);
    report("were told a sequence outside 1 to " + buyers.size(), outside);
  }

  private static Set<Long> sequencesTold(Shopper shopper) {
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
    report("were told SOLD OUT and have an order", soldOut);
    report("were told that they have it, and later that they have not", forgotten);
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

  private void rowsAreWhatWasTold(List<Row> rows) {
    Map<String, Row> byUser = new HashMap<>();
    rows.forEach(row -> byUser.put(row.user(), row));
    List<String> lost = new ArrayList<>();
    List<String> otherOrder = new ArrayList<>();
    List<String> otherSequence = new ArrayList<>();
    List<String> unasked = new ArrayList<>();
    for (Shopper shopper : history.shoppers()) {
      Row row = byUser.remove(shopper.user());
      if (row == null) {
        if (buyers.containsKey(shopper.user())) {
          lost.add(shopper.user());
        }
        continue;
      }
      if (!orderIdsTold(shopper).stream().allMatch(row.orderId()::equals)) {
        otherOrder.add(shopper.user());
      }
      if (!sequencesTold(shopper).stream().allMatch(told -> told == row.sequence())) {
        otherSequence.add(shopper.user());
      }
      if (!mayHaveBought(shopper)) {
        unasked.add(shopper.user());
      }
    }
    report("were told CONFIRMED and have no order in Postgres", lost);
    report("have another order in Postgres than they were told", otherOrder);
    report("have another sequence in Postgres than they were told", otherSequence);
    report("were told that nothing was bought and have an order in Postgres", unasked);
    report("never asked and have an order in Postgres", List.copyOf(byUser.keySet()));
  }

  /**
   * Some request of the shopper may have bought: one that said so, or whose outcome was never told.
   *
   * <p>NOT PURCHASED settles what the shop was known to have then, that is what it had answered
   * with PENDING; a request without an answer may have reached it later.
   */
  private static boolean mayHaveBought(Shopper shopper) {
    long settledNs =
        shopper
            .exchanges()
            .filter(exchange -> exchange.answer() instanceof SelloutAnswer.NotPurchased)
            .mapToLong(Exchange::askedNs)
            .max()
            .orElse(Long.MIN_VALUE);
    return shopper
        .exchanges()
        .filter(exchange -> exchange.question() == Question.BUY)
        .anyMatch(buy ->
            switch (buy.answer()) {
              case SelloutAnswer.Has has -> true;
              case SelloutAnswer.Unknown unknown -> true;
              case SelloutAnswer.Pending pending -> buy.answeredNs() > settledNs;
              case SelloutAnswer.NotPurchased notPurchased -> false;
              case SelloutAnswer.Refused refused -> false;
              case SelloutAnswer.SoldOut soldOut -> false;
              case SelloutAnswer.TryAgain tryAgain -> false;
            });
  }

  private void rowsAreSound(List<Row> rows) {
    if (rows.size() > history.stock()) {
      violations.add(
          "orders in Postgres: " + rows.size() + " (expected: at most " + history.stock() + ")");
    }
    Set<String> users = new HashSet<>();
    Set<Long> sequences = new HashSet<>();
    List<String> twice = new ArrayList<>();
    for (Row row : rows) {
      if (!users.add(row.user())) {
        twice.add(row.user());
      }
      if (row.sequence() >= 1 && row.sequence() <= rows.size()) {
        sequences.add(row.sequence());
      }
    }
    report("have two orders in Postgres", twice);
    if (sequences.size() != rows.size()) {
      violations.add(
          "sequences in Postgres are not 1 to "
              + rows.size()
              + ": "
              + (rows.size() - sequences.size())
              + " of them are missing");
    }
  }

  private void proofAgrees(@Nullable Proof proof, long sold) {
    if (proof == null) {
      violations.add("the proof could not be read");
      return;
    }
    if (!proof.consistent()) {
      violations.add("the proof is not consistent: " + proof.text());
    }
    if (!proof.atRest()) {
      violations.add("the proof did not come to rest: " + proof.text());
    }
    expect("stock in the proof", proof.stock(), history.stock());
    expect("sold in the proof", proof.sold(), sold);
    if (proof.orders() == null && history.rows() == null) {
      violations.add("the orders in Postgres could not be read");
    } else if (proof.orders() != null) {
      expect("orders in the proof's Postgres book", proof.orders(), sold);
    }
  }

  private void expect(String what, long actual, long expected) {
    if (actual != expected) {
      violations.add(what + ": " + actual + " (expected: " + expected + ")");
    }
  }

  private void report(String what, List<String> who) {
    if (!who.isEmpty()) {
      String examples = String.join(", ", who.subList(0, Math.min(who.size(), EXAMPLES_MAX)));
      violations.add(
          who.size()
              + (who.size() == 1 ? " shopper: " : " shoppers: ")
              + what
              + ": "
              + examples
              + (who.size() > EXAMPLES_MAX ? ", …" : ""));
    }
  }
}
