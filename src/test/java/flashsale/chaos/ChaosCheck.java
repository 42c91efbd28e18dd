package flashsale.chaos;

import flashsale.chaos.ChaosHistory.Books;
import flashsale.chaos.ChaosHistory.Order;
import flashsale.chaos.ChaosHistory.View;
import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutCheck;
import flashsale.local.SelloutHistory.Click;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Shopper;
import flashsale.local.SelloutViolations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The promise, held against a sale in which something broke.
 *
 * <p>Everything that {@link SelloutCheck} holds against any sale, and more: every question was
 * answered in the end, in the words of the contract; nobody was refused what nobody had ordered;
 * nothing was sold after SOLD OUT; NOT PURCHASED was final for what had been asked before; the
 * analysts' view says the same. Pure.
 */
final class ChaosCheck {
  /** Two clocks of one machine, one of them read in whole milliseconds. */
  private static final long SAME_MOMENT_MS = 20;

  private final ChaosHistory history;
  private final SelloutViolations violations = new SelloutViolations();

  private ChaosCheck(ChaosHistory history) {
    this.history = history;
  }

  /** Every violation, worded for people; empty: the promise held. */
  static List<String> violationsIn(ChaosHistory history) {
    ChaosCheck check = new ChaosCheck(history);
    SelloutCheck.violationsIn(history.sale()).forEach(check.violations::add);
    check.everyQuestionIsAnswered();
    check.answersAreInTheContract();
    check.nobodyIsRefusedWithoutReason();
    Books books = history.books();
    if (books == null) {
      check.violations.add("Postgres could not be read");
    } else {
      check.nothingIsSoldAfterSoldOut(books);
      check.notPurchasedIsFinal(books);
      check.viewAgrees(books);
    }
    return check.violations.found();
  }

  private void everyQuestionIsAnswered() {
    List<String> who = new ArrayList<>();
    for (Shopper shopper : history.sale().shoppers()) {
      if (shopper.clicks().isEmpty()
          || !shopper.clicks().stream().allMatch(ChaosCheck::isDecided)) {
        who.add(shopper.user());
      }
    }
    violations.shoppers("still wait for a final answer", who);
  }

  private static boolean isDecided(Click click) {
    if (click.exchanges().isEmpty()) {
      return false;
    }
    return switch (click.exchanges().getLast().answer()) {
      case SelloutAnswer.Has has -> true;
      case SelloutAnswer.SoldOut soldOut -> true;
      case SelloutAnswer.Refused refused -> true;
      case SelloutAnswer.NotPurchased notPurchased -> false;
      case SelloutAnswer.Pending pending -> false;
      case SelloutAnswer.TryAgain tryAgain -> false;
      case SelloutAnswer.Unknown unknown -> false;
    };
  }

  private void answersAreInTheContract() {
    Map<String, List<String>> strange = new TreeMap<>();
    for (Shopper shopper : history.sale().shoppers()) {
      shopper
          .exchanges()
          .forEach(exchange -> {
            if (exchange.answer() instanceof SelloutAnswer.Unknown unknown && unknown.answered()) {
              strange.computeIfAbsent(unknown.why(), why -> new ArrayList<>()).add(shopper.user());
            }
          });
    }
    strange.forEach(
        (why, who) -> violations.shoppers("were answered outside the contract (" + why + ")", who));
  }

  /** The sale is open from its beginning to its end, and everybody has a good token. */
  private void nobodyIsRefusedWithoutReason() {
    Map<String, List<String>> refused = new TreeMap<>();
    for (Shopper shopper : history.sale().shoppers()) {
      shopper
          .exchanges()
          .forEach(exchange -> {
            String code =
                switch (exchange.answer()) {
                  case SelloutAnswer.Refused refusal -> refusal.code();
                  case SelloutAnswer.TryAgain tryAgain when tryAgain.code().equals("paused") ->
                      tryAgain.code();
                  default -> "";
                };
            if (!code.isEmpty()) {
              refused.computeIfAbsent(code, none -> new ArrayList<>()).add(shopper.user());
            }
          });
    }
    refused.forEach(
        (code, who) -> violations.shoppers("were refused without reason: " + code, who));
  }

  private void nothingIsSoldAfterSoldOut(Books books) {
    long soldOutMs =
        history.sale().shoppers().stream()
            .flatMap(Shopper::exchanges)
            .filter(exchange -> exchange.answer() instanceof SelloutAnswer.SoldOut)
            .mapToLong(exchange -> history.clock().wallMs(exchange.answeredNs()))
            .min()
            .orElse(Long.MAX_VALUE - SAME_MOMENT_MS);
    List<String> late = new ArrayList<>();
    for (Order order : books.orders()) {
      if (order.confirmedAtMs() > soldOutMs + SAME_MOMENT_MS) {
        late.add(order.user());
      }
    }
    violations.shoppers("bought after somebody had been told SOLD OUT", late);
  }

  /** An order that was claimed before the question must not be denied, then or later. */
  private void notPurchasedIsFinal(Books books) {
    Map<String, Order> orders = new HashMap<>();
    books.orders().forEach(order -> orders.put(order.user(), order));
    List<String> denied = new ArrayList<>();
    for (Shopper shopper : history.sale().shoppers()) {
      Order order = orders.get(shopper.user());
      if (order != null && shopper.exchanges().anyMatch(denies(order))) {
        denied.add(shopper.user());
      }
    }
    violations.shoppers("were told NOT PURCHASED when their order had been claimed", denied);
  }

  private Predicate<Exchange> denies(Order order) {
    return exchange ->
        exchange.answer() instanceof SelloutAnswer.NotPurchased
            && order.claimedAtMs() < history.clock().wallMs(exchange.askedNs()) - SAME_MOMENT_MS;
  }

  private void viewAgrees(Books books) {
    View view = books.view();
    if (view == null) {
      violations.add("the view activity_proof has no row for this activity");
      return;
    }
    if (view.problem() != null) {
      violations.add("the view activity_proof: " + view.problem());
    }
    violations.unlessEqual("stock in the view", view.stock(), history.sale().stock());
    violations.unlessEqual("sold in the view", view.sold(), books.orders().size());
    violations.unlessEqual("orders in the view", view.orders(), books.orders().size());
    violations.unlessEqual("records in quarantine", books.quarantined(), 0);
  }
}
