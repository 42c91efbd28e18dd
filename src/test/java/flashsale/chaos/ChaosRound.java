package flashsale.chaos;

import flashsale.chaos.ChaosHistory.Books;
import flashsale.local.SelloutBooks;
import flashsale.local.SelloutHistory;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Row;
import flashsale.local.SelloutHistory.Shopper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One sale with one fault in its middle.
 *
 * <p>Some shoppers come at full speed, and while they buy the fault is struck; some come while it
 * lasts, too few to empty the shelf; the rest when it is healed. When all of them know, all are
 * asked once more, and then the books are read.
 */
final class ChaosRound {
  /** Of the stock: that many shoppers come before the strike … */
  private static final double COME_FIRST = 0.4;

  /** … which falls when this much is sold; … */
  private static final double SOLD_FIRST = 0.15;

  /** … and this many, in all, before it is healed. */
  private static final double COME_MEANWHILE = 0.7;

  /**
   * After the first refusal the register is closed for everybody, this much later at the latest.
   */
  private static final Duration CLOSES_WITHIN = Duration.ofSeconds(1);

  /** Most strike at once, some take a moment. */
  private static final Duration STRIKES_WITHIN = Duration.ofSeconds(2);

  private static final int REFUSALS_MIN = 50;

  /**
   * Bounds.
   *
   * @param begin until the sale is in its middle
   * @param knows from the end of the fault until everybody knows
   * @param rest until the books are at rest
   */
  record Limits(Duration begin, Duration knows, Duration rest) {
    static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(1));
  }

  /**
   * A round's history with what was measured in it.
   *
   * @param notStruck why the fault did no harm; null: it did
   */
  record Outcome(ChaosHistory history, RoundResult result, @Nullable String notStruck) {}

  private final ChaosSystem system;
  private final Limits limits;
  private final List<Crowd.Guest> guests;
  private final int stock;
  private final Crowd.Pace pace;

  ChaosRound(
      ChaosSystem system, Limits limits, List<Crowd.Guest> guests, int stock, Crowd.Pace pace) {
    this.system = system;
    this.limits = limits;
    this.guests = guests;
    this.stock = stock;
    this.pace = pace;
  }

  /** Sells {@code activityId} out, with the fault in between. */
  Outcome run(Fault fault, String activityId, String opsToken) throws Exception {
    create(activityId);
    system.sells(activityId);
    ChaosHistory.Clock clock = ChaosHistory.Clock.now();
    Crowd crowd = Crowd.before(system.urls(), activityId, guests, pace);
    long struckNs;
    long healingNs;
    long healedNs;
    Proof proof;
    String notStruck = null;
    try {
      crowd.admit((int) (stock * COME_FIRST), Duration.ZERO);
      if (!crowd.awaitConfirmed((long) (stock * SOLD_FIRST), limits.begin)) {
        throw new IllegalStateException("the sale did not begin: " + crowd.confirmed() + " sold");
      }
      struckNs = System.nanoTime();
      try {
        crowd.admit((int) (stock * COME_MEANWHILE), fault.inAll().plus(STRIKES_WITHIN));
        fault.strike(system);
        Thread.sleep(fault.lasts());
      } finally {
        healingNs = System.nanoTime();
        notStruck = heal(fault);
      }
      healedNs = System.nanoTime();
      crowd.admit(crowd.size(), Duration.ZERO);
      if (crowd.awaitEverybodyKnows(limits.knows)) {
        SelloutBooks.proof(system.url(), activityId, opsToken, limits.rest);
        crowd.askForTheLastTime(limits.knows);
      }
      proof = SelloutBooks.proof(system.url(), activityId, opsToken, limits.rest);
    } finally {
      crowd.disperse();
    }
    List<Shopper> shoppers = crowd.history();
    long buyers = shoppers.stream().filter(shopper -> shopper.firstHas() != null).count();
    Books books = ChaosBooks.read(system.state().postgres(), activityId, buyers, limits.rest);
    ChaosHistory history =
        new ChaosHistory(new SelloutHistory(stock, shoppers, rows(books), proof), books, clock);
    RoundResult result = measured(fault, history, buyers, struckNs, healingNs, healedNs);
    return new Outcome(history, result, notStruck);
  }

  private @Nullable String heal(Fault fault) throws Exception {
    try {
      fault.heal(system);
      return null;
    } catch (NotStruck e) {
      return e.getMessage();
    }
  }

  private static @Nullable List<Row> rows(@Nullable Books books) {
    return books == null
        ? null
        : books.orders().stream()
            .map(order -> new Row(order.user(), order.orderId(), order.sequence()))
            .toList();
  }

  private static RoundResult measured(
      Fault fault,
      ChaosHistory history,
      long buyers,
      long struckNs,
      long healingNs,
      long healedNs) {
    Long soldAgainNs = history.firstSaleAfter(healedNs);
    Duration recovery =
        fault.sellsOn()
            ? history.longestPause(struckNs, healedNs)
            : soldAgainNs == null ? null : Duration.ofNanos(soldAgainNs - healedNs);
    return new RoundResult(
        fault.name(),
        buyers,
        history.inDoubt(),
        history.notServed(),
        history.requests(),
        history.retried(),
        Duration.ofNanos(healedNs - struckNs),
        recovery,
        history.slowestPurchase(),
        refusedP99Ms(history, struckNs, healingNs),
        ChaosCheck.violationsIn(history));
  }

  private static @Nullable Double refusedP99Ms(
      ChaosHistory history, long struckNs, long healingNs) {
    Long firstNs = history.firstRefusalAfter(struckNs);
    if (firstNs == null) {
      return null;
    }
    List<Double> ms = history.refusalsMs(firstNs + CLOSES_WITHIN.toNanos(), healingNs);
    return ms.size() < REFUSALS_MIN ? null : ms.get((int) (ms.size() * 0.99));
  }

  private void create(String activityId) throws IOException, InterruptedException {
    String body =
        "{\"activityId\":\"%s\",\"title\":\"Chaos\",\"stock\":%d}".formatted(activityId, stock);
    long deadlineNs = System.nanoTime() + limits.begin.toNanos();
    while (true) {
      HttpResponse<String> reply = system.asOperator("POST", "/v1/admin/activities", body);
      if (reply.statusCode() == 201 || reply.statusCode() == 200) {
        return;
      }
      if (System.nanoTime() > deadlineNs) {
        throw new IllegalStateException(
            "the activity could not be created: HTTP " + reply.statusCode() + " " + reply.body());
      }
      Thread.sleep(TimeUnit.SECONDS.toMillis(1));
    }
  }
}
