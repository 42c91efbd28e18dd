package flashsale.chaos;

import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutHistory;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Shopper;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One sale under a fault, seen from outside: what everybody asked and was told, and what the books
 * said when it was over.
 *
 * @param sale answers and proof, and the orders as far as a sell-out knows them
 * @param books null: Postgres could not be read
 */
record ChaosHistory(SelloutHistory sale, @Nullable Books books, Clock clock) {

  /**
   * What Postgres says.
   *
   * @param view null: the view has no row for this activity
   * @param quarantined records of the sales log that nobody could read, of all activities
   */
  record Books(List<Order> orders, @Nullable View view, long quarantined) {
    Books {
      orders = List.copyOf(orders);
    }
  }

  /** A row of {@code orders}; times in milliseconds since 1970. */
  record Order(String user, String orderId, long sequence, long claimedAtMs, long confirmedAtMs) {}

  /**
   * A row of {@code activity_proof}.
   *
   * @param problem null: all is well
   */
  record View(long stock, long sold, long orders, @Nullable String problem) {}

  /** The same moment on the clock that shoppers are timed with and on the wall. */
  record Clock(long ns, long wallMs) {
    static Clock now() {
      return new Clock(System.nanoTime(), System.currentTimeMillis());
    }

    long wallMs(long atNs) {
      return wallMs + TimeUnit.NANOSECONDS.toMillis(atNs - ns);
    }
  }

  /** Questions that were sent. */
  long requests() {
    return sale.shoppers().stream().mapToLong(ChaosHistory::requests).sum();
  }

  private static long requests(Shopper shopper) {
    return shopper
        .exchanges()
        .filter(exchange -> !exchange.answer().equals(SelloutAnswer.NOT_SENT))
        .count();
  }

  /** Those beyond each shopper's first. */
  long retried() {
    return sale.shoppers().stream().mapToLong(shopper -> Math.max(0, requests(shopper) - 1)).sum();
  }

  /** Purchases that were answered 202. */
  long inDoubt() {
    return sale.shoppers().stream()
        .flatMap(Shopper::exchanges)
        .filter(ChaosHistory::isPendingPurchase)
        .count();
  }

  private static boolean isPendingPurchase(Exchange exchange) {
    return exchange.question() == SelloutHistory.Question.BUY
        && exchange.answer() instanceof SelloutAnswer.Pending;
  }

  /** When it was first told after {@code afterNs} that a unit was bought after it; null: never. */
  @Nullable Long firstSaleAfter(long afterNs) {
    if (books == null) {
      return null;
    }
    long afterMs = clock.wallMs(afterNs);
    Set<String> buyers = new HashSet<>();
    for (Order order : books.orders) {
      if (order.confirmedAtMs >= afterMs) {
        buyers.add(order.user);
      }
    }
    return sale.shoppers().stream()
        .filter(shopper -> buyers.contains(shopper.user()))
        .map(Shopper::firstHas)
        .filter(Objects::nonNull)
        .map(has -> has.exchange().answeredNs())
        .filter(answeredNs -> answeredNs >= afterNs)
        .min(Long::compare)
        .orElse(null);
  }

  /**
   * The longest time between two sales that follow each other, by the log's clock, of which the
   * later one was made after {@code fromNs} and the earlier one before {@code toNs}. Only the part
   * of it counts in which somebody asked who was to get a unit. Null: there are no two.
   */
  @Nullable Duration longestPause(long fromNs, long toNs) {
    if (books == null) {
      return null;
    }
    Map<String, Long> cameMs = cameMs();
    List<Order> orders =
        books.orders.stream().sorted(Comparator.comparingLong(Order::confirmedAtMs)).toList();
    long longestMs = -1;
    long earliestCameMs = Long.MAX_VALUE;
    for (int i = orders.size() - 1; i > 0; i--) {
      Order later = orders.get(i);
      long earlierMs = orders.get(i - 1).confirmedAtMs;
      earliestCameMs = Math.min(earliestCameMs, cameMs.getOrDefault(later.user, Long.MIN_VALUE));
      if (later.confirmedAtMs >= clock.wallMs(fromNs) && earlierMs <= clock.wallMs(toNs)) {
        long pauseMs = later.confirmedAtMs - Math.max(earlierMs, earliestCameMs);
        longestMs = Math.max(longestMs, pauseMs);
      }
    }
    return longestMs < 0 ? null : Duration.ofMillis(longestMs);
  }

  /** When each shopper asked for the first time. */
  private Map<String, Long> cameMs() {
    Map<String, Long> came = new HashMap<>();
    for (Shopper shopper : sale.shoppers()) {
      shopper
          .exchanges()
          .mapToLong(Exchange::askedNs)
          .min()
          .ifPresent(askedNs -> came.put(shopper.user(), clock.wallMs(askedNs)));
    }
    return came;
  }

  /** What the slowest answer to a purchase took, or waiting for it in vain; null: none was sent. */
  @Nullable Duration slowestPurchase() {
    return sale.shoppers().stream()
        .flatMap(Shopper::exchanges)
        .filter(ChaosHistory::isPurchaseWaitedFor)
        .map(exchange -> Duration.ofNanos(exchange.answeredNs() - exchange.askedNs()))
        .max(Duration::compareTo)
        .orElse(null);
  }

  private static boolean isPurchaseWaitedFor(Exchange exchange) {
    return exchange.question() == SelloutHistory.Question.BUY
        && !exchange.answer().equals(SelloutAnswer.NOT_SENT)
        && !exchange.answer().equals(SelloutAnswer.LOOKED_AWAY);
  }

  /** Purchases that got no answer, or one that says to try again. */
  long notServed() {
    return sale.shoppers().stream()
        .flatMap(Shopper::exchanges)
        .filter(ChaosHistory::isPurchaseWaitedFor)
        .filter(exchange ->
            exchange.answer() instanceof SelloutAnswer.TryAgain
                || exchange.answer() instanceof SelloutAnswer.Unknown)
        .count();
  }

  /** How long refusals took that were asked between the two moments, in milliseconds, sorted. */
  List<Double> refusalsMs(long fromNs, long toNs) {
    return sale.shoppers().stream()
        .flatMap(Shopper::exchanges)
        .filter(exchange ->
            exchange.question() == SelloutHistory.Question.BUY
                && exchange.answer() instanceof SelloutAnswer.TryAgain
                && exchange.askedNs() >= fromNs
                && exchange.answeredNs() <= toNs)
        .map(exchange -> (exchange.answeredNs() - exchange.askedNs()) / 1e6)
        .sorted()
        .toList();
  }

  /** When the first refusal after {@code afterNs} was told; null: nobody was refused. */
  @Nullable Long firstRefusalAfter(long afterNs) {
    return sale.shoppers().stream()
        .flatMap(Shopper::exchanges)
        .filter(exchange ->
            exchange.answer() instanceof SelloutAnswer.TryAgain && exchange.askedNs() >= afterNs)
        .map(Exchange::answeredNs)
        .min(Long::compare)
        .orElse(null);
  }
}
