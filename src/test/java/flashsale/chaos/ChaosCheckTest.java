package flashsale.chaos;

import static flashsale.local.SelloutHistory.Question.BUY;
import static flashsale.local.SelloutHistory.Question.INQUIRE;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.chaos.ChaosHistory.Books;
import flashsale.chaos.ChaosHistory.Order;
import flashsale.chaos.ChaosHistory.View;
import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutAnswer.Has;
import flashsale.local.SelloutAnswer.How;
import flashsale.local.SelloutAnswer.NotPurchased;
import flashsale.local.SelloutAnswer.Pending;
import flashsale.local.SelloutAnswer.Refused;
import flashsale.local.SelloutAnswer.SoldOut;
import flashsale.local.SelloutAnswer.TryAgain;
import flashsale.local.SelloutAnswer.Unknown;
import flashsale.local.SelloutHistory;
import flashsale.local.SelloutHistory.Click;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Question;
import flashsale.local.SelloutHistory.Row;
import flashsale.local.SelloutHistory.Shopper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A sale that kept its promise under a fault passes; every planted breach of I1 to I6 is named. */
class ChaosCheckTest {
  private static final TryAgain UNAVAILABLE = new TryAgain("unavailable", 1);

  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<Order> orders = new ArrayList<>();
  private boolean booksCanBeRead = true;
  private @Nullable View view = new View(2, 2, 2, null);
  private Proof proof = new Proof(true, true, 2, 2, 2L, "{}");
  private long quarantined;
  private long nowMs;

  /** Two units; ann and ben have them, cid was told sold out; each was asked once more at last. */
  ChaosCheckTest() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(already("order-a"))));
    order("ann", "order-a", 1, 1000);
    shopper("ben", click(buy(confirmed("order-b", 2L))), click(buy(already("order-b"))));
    order("ben", "order-b", 2, 2000);
    nowMs = 5000;
    shopper("cid", click(buy(UNAVAILABLE), buy(new SoldOut())), click(buy(new SoldOut())));
  }

  private void shopper(String user, Click... clicks) {
    shoppers.removeIf(shopper -> shopper.user().equals(user));
    shoppers.add(new Shopper(user, List.of(clicks)));
  }

  private static Click click(Exchange... exchanges) {
    return new Click(List.of(exchanges));
  }

  private Exchange buy(SelloutAnswer answer) {
    return exchange(BUY, answer);
  }

  private Exchange inquire(SelloutAnswer answer) {
    return exchange(INQUIRE, answer);
  }

  /** Each takes half a second and begins half a second after the one before. */
  private Exchange exchange(Question question, SelloutAnswer answer) {
    nowMs += 1000;
    return new Exchange(
        question,
        TimeUnit.MILLISECONDS.toNanos(nowMs - 500),
        TimeUnit.MILLISECONDS.toNanos(nowMs),
        answer);
  }

  private static Has confirmed(String orderId, @Nullable Long sequence) {
    return new Has(How.CONFIRMED, orderId, sequence);
  }

  private static Has already(String orderId) {
    return new Has(How.ALREADY_PURCHASED, orderId, null);
  }

  /** Claimed 100 ms before it was confirmed. */
  private void order(String user, String orderId, long sequence, long confirmedAtMs) {
    orders.removeIf(order -> order.user().equals(user));
    orders.add(new Order(user, orderId, sequence, confirmedAtMs - 100, confirmedAtMs));
  }

  private List<String> violations() {
    List<Row> rows =
        orders.stream().map(o -> new Row(o.user(), o.orderId(), o.sequence())).toList();
    SelloutHistory sale = new SelloutHistory(2, shoppers, booksCanBeRead ? rows : null, proof);
    Books books = booksCanBeRead ? new Books(orders, view, quarantined) : null;
    return ChaosCheck.violationsIn(new ChaosHistory(sale, books, new ChaosHistory.Clock(0, 0)));
  }

  @Test
  void passesASaleThatKeptItsPromise() {
    assertThat(violations()).isEmpty();
  }

  @Test
  void passesWhatAFaultMayBring() {
    nowMs = 0;
    shopper(
        "ben",
        click(
            buy(SelloutAnswer.NOT_SENT),
            buy(new Unknown("no answer: reset", false)),
            buy(new Pending("order-b", 1)),
            inquire(UNAVAILABLE),
            inquire(new NotPurchased()),
            buy(confirmed("order-b", null))),
        click(buy(UNAVAILABLE), inquire(new Pending("order-b", 1)), buy(already("order-b"))));
    order("ben", "order-b", 2, 5900);
    assertThat(violations()).containsExactly();
  }

  // I1: never more than there are

  @Test
  void findsAUnitTooMany() {
    nowMs = 3000;
    shopper("cid", click(buy(confirmed("order-c", 3L))));
    order("cid", "order-c", 3, 3500);
    assertThat(violations()).contains("orders in Postgres: 3 (expected: at most 2)");
  }

  @Test
  void findsASaleAfterSoldOut() {
    order("ben", "order-b", 2, 7100);
    assertThat(violations())
        .containsExactly("1 shopper: bought after somebody had been told SOLD OUT: ben");
  }

  // I2: one order per shopper

  @Test
  void findsTwoOrdersOfOneShopper() {
    orders.add(new Order("ann", "order-x", 3, 1400, 1500));
    assertThat(violations()).contains("1 shopper: have two orders in Postgres: ann");
  }

  // I3: told CONFIRMED is having it

  @Test
  void findsAConfirmedOrderThatIsNotThere() {
    orders.removeIf(order -> order.user().equals("ben"));
    assertThat(violations())
        .contains("1 shopper: were told CONFIRMED and have no order in Postgres: ben");
  }

  @Test
  void findsAnotherOrderThanTheOneTold() {
    order("ben", "order-x", 2, 2000);
    assertThat(violations())
        .contains("1 shopper: have another order in Postgres than they were told: ben");
  }

  @Test
  void findsAnotherSequenceThanTheOneTold() {
    shopper("ann", click(buy(confirmed("order-a", 2L))));
    assertThat(violations())
        .contains("1 shopper: have another sequence in Postgres than they were told: ann");
  }

  // I4: at rest the books agree

  @Test
  void findsAViewThatSaysWhatIsWrong() {
    view = new View(2, 2, 2, "1 gaps in the sequence");
    assertThat(violations()).containsExactly("the view activity_proof: 1 gaps in the sequence");
  }

  @Test
  void findsAViewThatCountsOtherwise() {
    view = new View(3, 1, 1, null);
    assertThat(violations())
        .containsExactly(
            "stock in the view: 3 (expected: 2)",
            "sold in the view: 1 (expected: 2)",
            "orders in the view: 1 (expected: 2)");
  }

  @Test
  void findsAViewWithoutTheActivity() {
    view = null;
    assertThat(violations())
        .containsExactly("the view activity_proof has no row for this activity");
  }

  @Test
  void findsBooksThatDoNotComeToRest() {
    proof = new Proof(true, false, 2, 2, 2L, "{why}");
    assertThat(violations()).containsExactly("the proof did not come to rest: {why}");
  }

  @Test
  void findsARecordThatNobodyCanRead() {
    quarantined = 1;
    assertThat(violations()).containsExactly("records in quarantine: 1 (expected: 0)");
  }

  @Test
  void isNotContentWithoutPostgres() {
    booksCanBeRead = false;
    assertThat(violations()).containsExactly("Postgres could not be read");
  }

  // I5: answers never change once final

  @Test
  void findsABuyerWhoIsToldSoldOutLater() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(new SoldOut())));
    assertThat(violations()).contains("1 shopper: were told SOLD OUT and have an order: ann");
  }

  @Test
  void findsABuyerWhoIsToldOfAnotherOrderLater() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(already("order-x"))));
    assertThat(violations())
        .contains("1 shopper: were told two different orders: ann [order-a, order-x]");
  }

  @Test
  void findsABuyerWhoIsToldNotPurchasedLater() {
    shopper(
        "ann",
        click(buy(confirmed("order-a", 1L))),
        click(inquire(new NotPurchased()), buy(already("order-a"))));
    assertThat(violations())
        .contains(
            "1 shopper: were told that they have it, and later that they have not: ann",
            "1 shopper: were told NOT PURCHASED when their order had been claimed: ann");
  }

  @Test
  void findsNotPurchasedOfWhatWasClaimedAndBecameAnOrder() {
    nowMs = 0;
    shopper(
        "ben",
        click(
            buy(new Pending("order-b", 1)), inquire(new NotPurchased()), buy(already("order-b"))));
    order("ben", "order-b", 2, 2800);
    orders.replaceAll(order ->
        order.user().equals("ben")
            ? new Order("ben", "order-b", 2, 1400, order.confirmedAtMs())
            : order);
    assertThat(violations())
        .containsExactly(
            "1 shopper: were told NOT PURCHASED when their order had been claimed: ben");
  }

  @Test
  void findsAnOrderOfAShopperWhoWasAlwaysSentAway() {
    shopper("ben", click(buy(UNAVAILABLE), buy(SelloutAnswer.NOT_SENT), buy(UNAVAILABLE)));
    assertThat(violations())
        .contains(
            "1 shopper: were told that nothing was bought and have an order in Postgres: ben");
  }

  @Test
  void findsARefusalThatNobodyOrdered() {
    shopper("cid", click(buy(new TryAgain("paused", 1)), buy(new Refused("unknown-activity"))));
    assertThat(violations())
        .containsExactly(
            "1 shopper: were refused without reason: paused: cid",
            "1 shopper: were refused without reason: unknown-activity: cid");
  }

  @Test
  void findsAnAnswerOutsideTheContract() {
    shopper("cid", click(buy(new Unknown("HTTP 500", true)), buy(new SoldOut())));
    assertThat(violations())
        .containsExactly("1 shopper: were answered outside the contract (HTTP 500): cid");
  }

  // I6: everything in doubt resolves, and exactly the stock is sold

  @Test
  void findsADoubtThatIsNeverResolved() {
    shopper("cid", click(buy(new SoldOut())), click(buy(new Pending("order-c", 1))));
    assertThat(violations()).containsExactly("1 shopper: still wait for a final answer: cid");
  }

  @Test
  void findsAShopperWhoWasNeverServed() {
    shopper("cid");
    assertThat(violations())
        .containsExactlyInAnyOrder(
            "1 shopper: never learned their outcome: cid",
            "1 shopper: still wait for a final answer: cid");
  }

  @Test
  void findsAUnitThatNobodyCouldBuy() {
    shopper("ben", click(buy(new SoldOut())));
    orders.removeIf(order -> order.user().equals("ben"));
    view = new View(2, 1, 1, null);
    proof = new Proof(true, true, 2, 1, 1L, "{}");
    assertThat(violations()).contains("shoppers with a unit: 1 (expected: 2)");
  }
}
