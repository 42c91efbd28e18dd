package flashsale.chaos;

import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutHistory;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Shopper;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
   * later one was made after {@code fromNs} and the earlier one before {@code toNs}; null: there
   * are no two.
   */
  @Nullable Duration longestPause(long fromNs, long toNs) {
    if (books == null) {
      return null;
    }
    long[] times = books.orders.stream().mapToLong(Order::confirmedAtMs).sorted().toArray();
    long longestMs = -1;
    for (int i = 1; i < times.length; i++) {
      if (times[i] >= clock.wallMs(fromNs) && times[i - 1] <= clock.wallMs(toNs)) {
        longestMs = Math.max(longestMs, times[i] - times[i - 1]);
      }
    }
    return longestMs < 0 ? null : Duration.ofMillis(longestMs);
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
