package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static flashsale.activity.Told.pending;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Ledger;
import flashsale.stock.ClaimCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Claims of shoppers while everything works, only not all at once. */
class BuyingTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(3));
  private final Node node = world.start();

  @Test
  void opensAnEpochAtTheFirstClaimAndConfirmsIt() {
    Request ann = node.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertThat(world.log.ledger().epoch()).isEqualTo(2);
  }

  @Test
  void confirmsWhenTheTailShowsTheBatchAndNotOnTheAck() {
    open();
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(100);
    assertThat(world.log.ledger().sold()).isEqualTo(1);
    assertThat(ann.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(10);
    assertConfirmed(ann, 1);
  }

  @Test
  void confirmsBeforeTheAckWhenTheTailShowsTheBatch() {
    open();
    fates.next(Effect.Append.class, new Fate(1, true, 60_000, Fate.NEVER));
    Request ann = node.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
  }

  @Test
  void leavesAPauseAfterTheBatchOfACrowd() {
    World calm = new World(World.limits(16, Duration.ZERO), fates).with(World.activity(9));
    Node seller = calm.start();
    seller.claim("ann");
    calm.runFor(100);
    seller.claim("ben");
    Request cem = seller.claim("cem");
    seller.claim("dee");
    while (!cem.isAnswered()) {
      calm.runFor(1);
    }
    int judged = seller.effects(Effect.Judge.class).size();
    long decidedAtMs = calm.now();
    Request eve = seller.claim("eve");
    assertThat(seller.effects(Effect.Judge.class)).hasSize(judged);

    while (!eve.isAnswered() && calm.now() < decidedAtMs + 30) {
      calm.runFor(1);
    }
    assertConfirmed(eve, 5);
    assertThat(seller.effects(Effect.Judge.class)).hasSize(judged + 1);
  }

  @Test
  void tellsABuyerWhoAsksAgainTheSameOrder() {
    node.claim("ann");
    world.runFor(100);
    Request again = node.claim("ann");
    world.runFor(100);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
  }

  @Test
  void letsASecondClaimWaitForTheFirstOne() {
    open();
    node.stallTail();
    Request first = node.claim("ann");
    world.runFor(100);
    Request second = node.claim("ann");
    world.runFor(100);
    assertThat(second.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(10);
    assertConfirmed(first, 1);
    assertThat(second.answer()).isEqualTo(alreadyPurchased(second));
  }

  @Test
  void confirmsOneOfTwoClaimsInTheSameBatch() {
    Request first = node.claim("ann");
    Request second = node.claim("ann");
    world.runFor(100);
    assertConfirmed(first, 1);
    assertThat(second.answer()).isEqualTo(alreadyPurchased(second));
    assertThat(world.log.ledger().sold()).isEqualTo(1);
  }

  @Test
  void sendsAllThatQueuedDuringACallAsTheNextOne() {
    open();
    fates.next(Effect.Judge.class, Fate.HELD);
    node.claim("ann");
    Request ben = node.claim("ben");
    Request cat = node.claim("cat");
    world.runFor(100);
    assertThat(calls()).hasSize(1);

    world.release(Effect.Judge.class);
    world.runFor(100);
    assertThat(calls()).extracting(call -> call.asks().size()).containsExactly(1, 2);
    assertConfirmed(ben, 2);
    assertConfirmed(cat, 3);
  }

  @Test
  void judgesTheNextBatchWhileTheLastOneIsUnderWay() {
    open();
    node.stallTail();
    node.claim("ann");
    world.runFor(10);
    node.claim("ben");
    world.runFor(10);
    assertThat(calls()).extracting(ClaimCall::seq).containsExactly(1L, 2L);
    assertThat(calls()).extracting(ClaimCall::sold).containsExactly(0L, 1L);
    assertThat(world.log.ledger().sold()).isEqualTo(2);
  }

  @Test
  void usesNoSeqForACallThatNominatesNobody() {
    node.claim("ann");
    world.runFor(100);
    node.claim("ann");
    world.runFor(100);
    Request ben = node.claim("ben");
    world.runFor(100);
    assertConfirmed(ben, 2);
    assertThat(world.log.ledger().seq()).isEqualTo(2);
  }

  /** Each call and each record has its price, so what comes meanwhile goes together. */
  @Test
  void letsASmallBatchWaitWhileTheLogDecidesOnTheLastOne() {
    World patient = new World(World.limits(3, Duration.ZERO), fates).with(World.activity(100));
    Node seller = patient.start();
    patient.open(seller);
    seller.stallTail();
    seller.claim("ann");
    patient.runFor(20);
    Request ben = seller.claim("ben");
    Request cat = seller.claim("cat");
    patient.runFor(20);
    assertThat(patient.log.records()).hasSize(2);

    Request dan = seller.claim("dan");
    patient.runFor(20);
    assertThat(patient.log.records()).hasSize(3);
    Request eve = seller.claim("eve");

    seller.resumeTail();
    patient.runFor(20);
    assertConfirmed(ben, 2);
    assertConfirmed(cat, 3);
    assertConfirmed(dan, 4);
    assertConfirmed(eve, 5);
  }

  @Test
  void holdsAClaimBeyondTheStockUntilTheLedgerIsSoldOut() {
    open();
    node.stallTail();
    List<Request> buyers = List.of(node.claim("ann"), node.claim("ben"), node.claim("cat"));
    Request dan = node.claim("dan");
    world.runFor(100);
    assertThat(dan.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(300);
    assertThat(buyers).allMatch(request -> request.answer() instanceof Answer.Confirmed);
    assertThat(dan.answer()).isInstanceOf(Answer.SoldOut.class);
  }

  @Test
  void saysSoldOutOnlyWithAFreshTail() {
    sellOut();
    node.stallTail();
    world.runFor(1_100);
    Request dan = node.claim("dan");
    world.runFor(500);
    assertThat(dan.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(10);
    assertThat(dan.answer()).isInstanceOf(Answer.SoldOut.class);
  }

  @Test
  void letsAHeldClaimTryAgainWhenTheTailStaysOld() {
    sellOut();
    node.stallTail();
    world.runFor(2_000);
    Request dan = node.claim("dan");
    world.runFor(3_100);
    assertThat(dan.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void tellsABuyerOfASoldOutActivityTheOrder() {
    sellOut();
    Request again = node.claim("ann");
    world.runFor(100);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
  }

  @Test
  void findsAPurchase() {
    node.claim("ann");
    world.runFor(100);
    Request ann = node.findPurchase("ann");
    Request ben = node.findPurchase("ben");
    world.runFor(100);
    assertThat(ann.answer()).isInstanceOf(Answer.Confirmed.class);
    assertThat(ben.answer()).isEqualTo(new Answer.NotPurchased());
    assertThat(world.log.ledger().sold()).isEqualTo(1);
  }

  @Test
  void findsAPurchasePendingWhileItIsUnderWayOrHeld() {
    open();
    node.stallTail();
    List.of("ann", "ben", "cat", "dan").forEach(node::claim);
    world.runFor(10);
    Request ann = node.findPurchase("ann");
    Request dan = node.findPurchase("dan");
    world.runFor(10);
    assertThat(ann.answer()).isEqualTo(pending(ann));
    assertThat(dan.answer()).isEqualTo(pending(dan));
  }

  @Test
  void refusesOneClaimMoreThanMayQueue() {
    fates.all(Effect.ReplayJournal.class, Fate.HELD);
    Node slow = world.start();
    List<Request> queued = new ArrayList<>();
    for (int i = 0; i < World.LIMITS.claimsQueuedMax(); i++) {
      queued.add(slow.claim("user" + i));
    }
    Request oneMore = slow.claim("late");
    assertThat(queued).noneMatch(Request::isAnswered);
    assertThat(oneMore.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void countsThoseWhoWaitForAnEarlierClaimOfTheirsAsQueued() {
    open();
    node.stallTail();
    node.claim("ann");
    world.runFor(100);
    for (int i = 0; i < World.LIMITS.claimsQueuedMax(); i++) {
      node.claim("ann");
    }
    world.runFor(100);
    Request oneMore = node.claim("ann");
    assertThat(oneMore.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void letsAClaimTryAgainThatWaitedTooLong() {
    fates.all(Effect.ReadSnapshot.class, Fate.HELD);
    Request ann = node.claim("ann");
    world.runFor(2_900);
    assertThat(ann.isAnswered()).isFalse();
    world.runFor(200);
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void stopsJudgingAtTheLimitOfBatchesUnderWay() {
    World big = new World(World.LIMITS, fates).with(World.activity(100));
    Node seller = big.start();
    big.open(seller);
    seller.stallTail();
    for (int i = 0; i < 10; i++) {
      seller.claim("user" + i);
      big.runFor(10);
    }
    assertThat(big.log.ledger().sold()).isEqualTo(World.LIMITS.batchesUnderWayMax());
    seller.resumeTail();
    big.runFor(100);
    assertThat(big.log.ledger()).extracting(Ledger::sold).isEqualTo(10L);
  }

  private void open() {
    world.open(node);
  }

  private void sellOut() {
    List.of("ann", "ben", "cat").forEach(node::claim);
    world.runFor(100);
    assertThat(world.log.ledger().soldOut()).isTrue();
  }

  private List<ClaimCall> calls() {
    return node.effects(Effect.Judge.class).stream()
        .map(Effect.Judge::call)
        .filter(call -> call.asks().stream().anyMatch(ClaimCall.Ask::wants))
        .toList();
  }
}
