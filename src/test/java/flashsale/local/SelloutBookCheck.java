package flashsale.local;

import flashsale.local.SelloutHistory.Exchange;
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
import org.jspecify.annotations.Nullable;

/** The second half of {@link SelloutCheck}: what shoppers were told against what the books say. */
final class SelloutBookCheck {
  private final SelloutHistory history;
  private final Set<String> buyers;
  private final SelloutViolations violations;

  private SelloutBookCheck(
      SelloutHistory history, Set<String> buyers, SelloutViolations violations) {
    this.history = history;
    this.buyers = buyers;
    this.violations = violations;
  }

  /**
   * Adds what contradicts.
   *
   * @param buyers who was told of an order
   */
  static void check(SelloutHistory history, Set<String> buyers, SelloutViolations violations) {
    SelloutBookCheck check = new SelloutBookCheck(history, buyers, violations);
    List<Row> rows = history.rows();
    if (rows != null) {
      check.rowsAreWhatWasTold(rows);
      check.rowsAreSound(rows);
    }
    check.proofAgrees(history.proof(), rows == null ? buyers.size() : rows.size());
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
        if (buyers.contains(shopper.user())) {
          lost.add(shopper.user());
        }
        continue;
      }
      if (!SelloutCheck.orderIdsTold(shopper).stream().allMatch(row.orderId()::equals)) {
        otherOrder.add(shopper.user());
      }
      if (!SelloutCheck.sequencesTold(shopper).stream().allMatch(told -> told == row.sequence())) {
        otherSequence.add(shopper.user());
      }
      if (!mayHaveBought(shopper)) {
        unasked.add(shopper.user());
      }
    }
    violations.shoppers("were told CONFIRMED and have no order in Postgres", lost);
    violations.shoppers("have another order in Postgres than they were told", otherOrder);
    violations.shoppers("have another sequence in Postgres than they were told", otherSequence);
    violations.shoppers("were told that nothing was bought and have an order in Postgres", unasked);
    violations.shoppers("never asked and have an order in Postgres", List.copyOf(byUser.keySet()));
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
              case SelloutAnswer.Unknown unknown -> !unknown.equals(SelloutAnswer.NOT_SENT);
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
    violations.shoppers("have two orders in Postgres", twice);
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
    violations.unlessEqual("stock in the proof", proof.stock(), history.stock());
    violations.unlessEqual("sold in the proof", proof.sold(), sold);
    if (proof.orders() == null && history.rows() == null) {
      violations.add("the orders in Postgres could not be read");
    } else if (proof.orders() != null) {
      violations.unlessEqual("orders in the proof's Postgres book", proof.orders(), sold);
    }
  }
}
