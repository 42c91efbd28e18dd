package flashsale.local;

import static flashsale.local.SelloutHistory.Question.BUY;
import static flashsale.local.SelloutHistory.Question.INQUIRE;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.local.SelloutAnswer.Has;
import flashsale.local.SelloutAnswer.How;
import flashsale.local.SelloutAnswer.NotPurchased;
import flashsale.local.SelloutAnswer.Pending;
import flashsale.local.SelloutAnswer.Refused;
import flashsale.local.SelloutAnswer.SoldOut;
import flashsale.local.SelloutAnswer.TryAgain;
import flashsale.local.SelloutHistory.Click;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Question;
import flashsale.local.SelloutHistory.Row;
import flashsale.local.SelloutHistory.Shopper;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A history without a fault passes; each planted fault is named, and nothing else. */
class SelloutCheckTest {
  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private boolean rowsCanBeRead = true;
  private @Nullable Proof proof = proof(2, 2, 2L);
  private long nowNs;

  /** Two units; ann and ben have them, cid was told sold out. */
  SelloutCheckTest() {
    shopper("ann", click(buy(confirmed("order-a", 1L))));
    shopper("ben", click(buy(confirmed("order-b", 2L))));
    shopper("cid", click(buy(new SoldOut())));
    row("ann", "order-a", 1);
    row("ben", "order-b", 2);
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

  private Exchange exchange(Question question, SelloutAnswer answer) {
    nowNs += 10;
    return new Exchange(question, nowNs, nowNs + 5, answer);
  }

  private static Has confirmed(String orderId, @Nullable Long sequence) {
    return new Has(How.CONFIRMED, orderId, sequence);
  }

  private static Has already(String orderId) {
    return new Has(How.ALREADY_PURCHASED, orderId, null);
  }

  private void row(String user, String orderId, long sequence) {
    rows.removeIf(row -> row.user().equals(user));
    rows.add(new Row(user, orderId, sequence));
  }

  private static Proof proof(long stock, long sold, @Nullable Long orders) {
    return new Proof(true, true, stock, sold, orders, "{}");
  }

  private List<String> violations() {
    return SelloutCheck.violationsIn(
        new SelloutHistory(2, shoppers, rowsCanBeRead ? rows : null, proof));
  }

  @Test
  void passesASaleThatKeptItsPromise() {
    assertThat(violations()).isEmpty();
  }

  @Test
  void passesEveryWayOfLearningOfAnOrder() {
    shopper(
        "ann",
        click(buy(SelloutAnswer.LOOKED_AWAY), buy(already("order-a"))),
        click(buy(new TryAgain("unavailable", 1)), buy(confirmed("order-a", 1L))));
    shopper(
        "ben",
        click(
            buy(new Pending("order-b", 1)),
            inquire(new Pending("order-b", 1)),
            inquire(new Has(How.INQUIRED, "order-b", null))));
    assertThat(violations()).isEmpty();
  }

  @Test
  void passesAShopperWhoBuysAfterNotPurchased() {
    shopper(
        "ben",
        click(
            buy(new Pending("order-b", 1)),
            inquire(new NotPurchased()),
            buy(confirmed("order-b", 2L))));
    assertThat(violations()).isEmpty();
  }

  @Test
  void findsOneUnitTooMany() {
    shopper("cid", click(buy(confirmed("order-c", 3L))));
    row("cid", "order-c", 3);
    proof = proof(2, 3, 3L);
    assertThat(violations())
        .containsExactlyInAnyOrder(
            "shoppers with a unit: 3 (expected: 2)", "orders in Postgres: 3 (expected: at most 2)");
  }

  @Test
  void findsAUnitThatNobodyCouldBuy() {
    shopper("ben", click(buy(new SoldOut())));
    rows.removeLast();
    proof = proof(2, 1, 1L);
    assertThat(violations()).containsExactly("shoppers with a unit: 1 (expected: 2)");
  }

  @Test
  void findsTwoOrdersOfOneShopper() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(already("order-x"))));
    assertThat(violations())
        .containsExactlyInAnyOrder(
            "1 shopper: were told two different orders: ann [order-a, order-x]",
            "1 shopper: have another order in Postgres than they were told: ann");
  }

  @Test
  void findsAPendingOrderThatBecameAnother() {
    shopper(
        "ann",
        click(buy(new Pending("order-x", 1)), inquire(new Has(How.INQUIRED, "order-a", 1L))));
    assertThat(violations())
        .contains("1 shopper: were told two different orders: ann [order-a, order-x]");
  }

  @Test
  void findsOneOrderOfTwoShoppers() {
    shopper("ben", click(buy(confirmed("order-a", 2L))));
    row("ben", "order-a", 2);
    assertThat(violations())
        .containsExactly("1 shopper: were told the order of somebody else: ben and ann");
  }

  @Test
  void findsASequenceGivenTwice() {
    shopper("ben", click(buy(confirmed("order-b", 1L))));
    rowsCanBeRead = false;
    assertThat(violations())
        .containsExactly("1 shopper: were told the sequence of somebody else: ben and ann (1)");
  }

  @Test
  void findsAGapInTheSequencesTold() {
    shopper("ben", click(buy(confirmed("order-b", 3L))));
    rowsCanBeRead = false;
    assertThat(violations())
        .containsExactly("1 shopper: were told a sequence outside 1 to 2: ben (3)");
  }

  @Test
  void findsTwoSequencesOfOneShopper() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(confirmed("order-a", 2L))));
    rowsCanBeRead = false;
    assertThat(violations()).contains("1 shopper: were told two different sequences: ann [1, 2]");
  }

  @Test
  void findsAGapInTheSequencesOfPostgres() {
    shopper("ben", click(buy(already("order-b"))));
    row("ben", "order-b", 3);
    assertThat(violations())
        .containsExactly("sequences in Postgres are not 1 to 2: 1 of them are missing");
  }

  @Test
  void findsAnotherSequenceInPostgres() {
    row("ann", "order-a", 2);
    row("ben", "order-b", 1);
    assertThat(violations())
        .containsExactly(
            "2 shoppers: have another sequence in Postgres than they were told: ann, ben");
  }

  @Test
  void findsAConfirmedOrderThatIsNotInPostgres() {
    rows.removeLast();
    assertThat(violations())
        .contains("1 shopper: were told CONFIRMED and have no order in Postgres: ben");
  }

  @Test
  void findsABuyerWhoWasToldSoldOut() {
    shopper("ann", click(buy(SelloutAnswer.LOOKED_AWAY), buy(new SoldOut())));
    assertThat(violations())
        .containsExactlyInAnyOrder(
            "shoppers with a unit: 1 (expected: 2)",
            "1 shopper: were told a sequence outside 1 to 1: ben (2)",
            "1 shopper: were told SOLD OUT and have an order: ann");
  }

  @Test
  void findsABuyerWhoseSecondClickWasToldSoldOut() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(new SoldOut())));
    assertThat(violations())
        .containsExactly("1 shopper: were told SOLD OUT and have an order: ann");
  }

  @Test
  void findsABuyerWhoIsLaterToldTheContrary() {
    shopper("ann", click(buy(confirmed("order-a", 1L))), click(buy(new Refused("closed"))));
    shopper("ben", click(buy(confirmed("order-b", 2L))), click(inquire(new NotPurchased())));
    assertThat(violations())
        .containsExactly(
            "2 shoppers: were told that they have it, and later that they have not: ann, ben");
  }

  @Test
  void findsAnOrderOfAShopperWhoWasToldThatNothingWasBought() {
    shopper("cid", click(buy(new TryAgain("unavailable", 1)), buy(new Refused("closed"))));
    shopper("ben", click(buy(new Refused("closed"))));
    assertThat(violations())
        .contains(
            "1 shopper: were told that nothing was bought and have an order in Postgres: ben");
  }

  @Test
  void findsAnOrderThatWasPendingThenNotPurchasedAndIsThere() {
    shopper(
        "ben",
        click(
            buy(new Pending("order-b", 1)),
            inquire(new NotPurchased()),
            buy(new Refused("closed"))));
    assertThat(violations())
        .contains(
            "1 shopper: were told that nothing was bought and have an order in Postgres: ben");
  }

  @Test
  void findsAnOrderOfSomebodyWhoNeverAsked() {
    row("eve", "order-e", 3);
    assertThat(violations()).contains("1 shopper: never asked and have an order in Postgres: eve");
  }

  @Test
  void findsAShopperWhoNeverLearned() {
    shopper("cid", click(buy(new Pending("order-c", 1))));
    assertThat(violations()).containsExactly("1 shopper: never learned their outcome: cid");
  }

  @Test
  void namesFiveExamplesAndCountsTheRest() {
    for (int i = 1; i <= 7; i++) {
      shopper("s" + i, click(buy(new TryAgain("unavailable", 1))));
    }
    assertThat(violations())
        .containsExactly("7 shoppers: never learned their outcome: s1, s2, s3, s4, s5, …");
  }

  @Test
  void findsAProofThatIsMissingOrSaysNo() {
    proof = null;
    assertThat(violations()).containsExactly("the proof could not be read");
    proof = new Proof(false, true, 2, 2, 2L, "{why}");
    assertThat(violations()).containsExactly("the proof is not consistent: {why}");
    proof = new Proof(true, false, 2, 2, 2L, "{why}");
    assertThat(violations()).containsExactly("the proof did not come to rest: {why}");
  }

  @Test
  void findsAProofThatCountsOtherwise() {
    proof = proof(3, 1, 0L);
    assertThat(violations())
        .containsExactly(
            "stock in the proof: 3 (expected: 2)",
            "sold in the proof: 1 (expected: 2)",
            "orders in the proof's Postgres book: 0 (expected: 2)");
  }

  @Test
  void isNotContentWithoutAWordOnPostgres() {
    rowsCanBeRead = false;
    proof = proof(2, 2, null);
    assertThat(violations()).containsExactly("the orders in Postgres could not be read");
  }
}
