package flashsale.activity;

import static flashsale.activity.Told.assertConfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Entry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operators change, while nobody buys and in the middle of a sale. */
class ChangesTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates);

  @Test
  void createsOnce() {
    Node node = world.start();
    Request first = node.create(World.activity(3));
    world.runFor(10);
    Request same = node.create(World.activity(3));
    Request other = node.create(World.activity(4));
    world.runFor(10);
    assertThat(first.answer()).isInstanceOf(Answer.Done.class);
    assertThat(same.answer()).isInstanceOf(Answer.AlreadySo.class);
    assertThat(other.answer()).isEqualTo(new Answer.Exists());
    assertThat(world.journal.events()).hasSize(1);
  }

  @Test
  void knowsWhatItCreatedAfterItsStockWasChanged() {
    world.with(World.activity(3));
    Node node = world.start();
    node.setStock(9);
    Request same = node.create(World.activity(3));
    Request other = node.create(World.activity(9));
    world.runFor(10);
    assertThat(same.answer()).isInstanceOf(Answer.AlreadySo.class);
    assertThat(other.answer()).isEqualTo(new Answer.Exists());
  }

  @Test
  void createsThoughTheAckWasLost() {
    fates.next(Effect.WriteJournal.class, Fate.FAILS_BUT_HAPPENED);
    Request created = world.start().create(World.activity(3));
    world.runFor(1_000);
    assertThat(created.answer()).isInstanceOf(Answer.Done.class);
    assertThat(world.journal.events()).hasSize(1);
  }

  @Test
  void pausesAndResumes() {
    Node node = selling(3);
    Request paused = node.pause();
    Request again = node.pause();
    world.runFor(10);
    Request ann = node.claim("ann");
    world.runFor(10);
    node.resume();
    world.runFor(10);
    Request ben = node.claim("ben");
    world.runFor(10);
    assertThat(paused.answer()).isInstanceOf(Answer.Done.class);
    assertThat(again.answer()).isInstanceOf(Answer.Done.class);
    assertThat(ann.answer()).isEqualTo(new Answer.Paused());
    assertConfirmed(ben, 1);
  }

  @Test
  void goesOnSellingWhileTheJournalIsAwayThoughTheStockIsToChange() {
    Node node = selling(5);
    fates.all(Effect.WriteJournal.class, Fate.FAILS);
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    Request set = node.setStock(1);
    world.runFor(2_000);
    Request ann = node.claim("ann");
    Request ben = node.claim("ben");
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertConfirmed(ben, 2);
    assertThat(set.isAnswered()).isFalse();

    fates.all(Effect.WriteJournal.class, Fate.WORKS);
    fates.all(Effect.ReplayJournal.class, Fate.WORKS);
    world.runFor(5_000);
    Request cat = node.claim("cat");
    world.runFor(300);
    assertThat(set.answer()).isEqualTo(new Answer.BelowSold(2));
    assertThat(cat.answer()).isInstanceOf(Answer.SoldOut.class);
  }

  @Test
  void doesNotEndASaleForARepairWhileTheJournalIsAway() {
    Node node = selling(5);
    fates.all(Effect.WriteJournal.class, Fate.FAILS);
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    Request repair = node.repair();
    world.runFor(1_000);
    Request ann = node.claim("ann");
    world.runFor(100);
    assertThat(repair.answer()).isEqualTo(new Answer.TryAgain());
    assertConfirmed(ann, 1);
  }

  @Test
  void pausesThoughAnotherChangeWaitsForRedis() {
    Node node = selling(5);
    fates.all(Effect.Load.class, Fate.FAILS);
    Request repair = node.repair();
    world.runFor(1_000);
    Request pause = node.pause();
    Request close = node.close();
    world.runFor(100);
    assertThat(repair.isAnswered()).isFalse();
    assertThat(pause.answer()).isInstanceOf(Answer.Done.class);
    fates.all(Effect.Load.class, Fate.WORKS);
    world.runFor(3_000);
    assertThat(repair.answer()).isInstanceOf(Answer.Done.class);
    assertThat(close.answer()).isInstanceOf(Answer.Done.class);
  }

  @Test
  void changesTheStockManyTimesWithoutWaiting() {
    Node node = selling(50);
    for (int i = 1; i <= 9; i++) {
      node.setStock(50 + i);
      world.runFor(100);
    }
    Request ann = node.claim("ann");
    world.runFor(200);
    assertConfirmed(ann, 1);
  }

  @Test
  void saysClosedOnlyWhenTheLogDoes() {
    Node node = selling(5);
    fates.next(Effect.Append.class, Fate.HELD);
    node.close();
    world.runFor(100);
    Request ann = node.claim("ann");
    world.runFor(100);
    assertThat(ann.isAnswered()).isFalse();
    world.release(Effect.Append.class);
    world.runFor(100);
    assertThat(ann.answer()).isEqualTo(new Answer.Closed());
  }

  @Test
  void sellsMoreWhenTheStockIsRaised() {
    Node node = selling(1);
    List.of("ann", "ben").forEach(node::claim);
    world.runFor(300);
    Request raised = node.setStock(2);
    world.runFor(500);
    Request ben = node.claim("ben");
    world.runFor(100);
    assertThat(raised.answer())
        .isInstanceOfSatisfying(
            Answer.Done.class,
            done -> assertThat(done.view().row().activity().stock()).isEqualTo(2));
    assertConfirmed(ben, 2);
  }

  @Test
  void sellsNoMoreThanALoweredStock() {
    Node node = selling(5);
    node.claim("ann");
    world.runFor(100);
    Request lowered = node.setStock(1);
    world.runFor(500);
    Request ben = node.claim("ben");
    world.runFor(300);
    assertThat(lowered.answer()).isInstanceOf(Answer.Done.class);
    assertThat(ben.answer()).isInstanceOf(Answer.SoldOut.class);
    assertThat(world.log.ledger().stock()).isEqualTo(1);
  }

  @Test
  void refusesAStockBelowWhatIsSoldOrUnderWay() {
    Node node = selling(5);
    node.stallTail();
    Request ann = node.claim("ann");
    Request ben = node.claim("ben");
    world.runFor(10);
    Request lowered = node.setStock(1);
    Request cat = node.claim("cat");
    world.runFor(100);
    assertThat(lowered.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertConfirmed(ben, 2);
    assertThat(lowered.answer()).isEqualTo(new Answer.BelowSold(2));
    assertConfirmed(cat, 3);
  }

  @Test
  void setsTheStockOfAnActivityThatWasNeverOpenedWithoutOpening() {
    world.with(World.activity(5));
    Node node = world.start();
    Request set = node.setStock(1);
    world.runFor(100);
    assertThat(set.answer()).isInstanceOf(Answer.Done.class);
    assertThat(world.log.records()).isEmpty();

    List.of("ann", "ben").forEach(node::claim);
    world.runFor(300);
    assertThat(world.log.ledger().sold()).isEqualTo(1);
  }

  @Test
  void finishesAStockChangeAfterACrash() {
    Node node = selling(1);
    node.claim("ann");
    world.runFor(100);
    fates.all(Effect.ReadSnapshot.class, Fate.FAILS);
    node.setStock(2);
    world.runFor(100);
    node.kill();
    fates.all(Effect.ReadSnapshot.class, Fate.WORKS);
    Request ben = world.start().claim("ben");
    world.runFor(300);
    assertConfirmed(ben, 2);
  }

  @Test
  void closesWhenWhatIsUnderWayIsDecided() {
    Node node = selling(5);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(10);
    Request closed = node.close();
    world.runFor(10);
    Request ben = node.claim("ben");
    world.runFor(100);
    assertThat(closed.isAnswered()).isFalse();
    assertThat(ben.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertThat(ben.answer()).isEqualTo(new Answer.Closed());
    assertThat(closed.answer()).isInstanceOf(Answer.Done.class);
    assertThat(world.log.ledger().closed()).isTrue();
  }

  @Test
  void closesUnderAConstantRushOfClaims() {
    Node node = selling(5);
    rush(node, world.now() + 2_000);
    world.runFor(100);
    Request closed = node.close();
    world.runFor(1_000);
    assertThat(closed.answer()).isInstanceOf(Answer.Done.class);
  }

  private void rush(Node node, long untilMs) {
    node.claim("rusher");
    if (world.now() < untilMs) {
      world.in(1, () -> rush(node, untilMs));
    }
  }

  @Test
  void closesAnActivityThatWasNeverOpenedWithoutOpening() {
    world.with(World.activity(5));
    Request closed = world.start().close();
    world.runFor(100);
    assertThat(closed.answer()).isInstanceOf(Answer.Done.class);
    assertThat(world.log.records()).isEmpty();
  }

  @Test
  void takesNoChangeOnceClosed() {
    Node node = selling(5);
    node.close();
    world.runFor(100);
    List<Request> changes = List.of(node.pause(), node.resume(), node.setStock(9));
    Request again = node.close();
    world.runFor(100);
    assertThat(changes).allMatch(change -> change.answer().equals(new Answer.Closed()));
    assertThat(again.answer()).isInstanceOf(Answer.Done.class);
  }

  @Test
  void appendsTheCloseMarkAgainAfterACrash() {
    Node node = selling(5);
    fates.all(Effect.Append.class, Fate.FAILS);
    Request closed = node.close();
    world.runFor(500);
    assertThat(closed.isAnswered()).isFalse();
    node.kill();
    fates.all(Effect.Append.class, Fate.WORKS);
    world.start().findPurchase("ann");
    world.runFor(200);
    assertThat(world.log.ledger().closed()).isTrue();
  }

  @Test
  void appendsTheCloseMarkAgainWhenItFailed() {
    Node node = selling(5);
    fates.next(Effect.Append.class, Fate.FAILS, Fate.FAILS);
    Request closed = node.close();
    world.runFor(1_000);
    assertThat(closed.answer()).isInstanceOf(Answer.Done.class);
    assertThat(node.effects(Effect.Append.class))
        .filteredOn(append -> append.entry() instanceof Entry.Closed)
        .hasSize(3);
  }

  @Test
  void makesChangesOneAtATimeInTheirOrder() {
    Node node = selling(5);
    List<Request> changes = List.of(node.pause(), node.resume(), node.setStock(7), node.close());
    world.runFor(1_000);
    assertThat(changes).allMatch(change -> change.answer() instanceof Answer.Done);
    assertThat(world.log.ledger().stock()).isEqualTo(7);
    assertThat(world.log.ledger().closed()).isTrue();
  }

  /** Gateways may still be saying it, also to somebody who bought one of the new units. */
  @Test
  void raisesTheStockOnlyWhenNobodyMayRepeatAnyMoreThatItIsSoldOut() {
    World held = new World(World.limits(1, Duration.ofSeconds(1)), fates).with(World.activity(1));
    Node node = held.start();
    held.open(node);
    node.claim("ann");
    held.runFor(2_000);
    Request ben = node.claim("ben");
    held.runFor(300);
    assertThat(ben.answer()).isEqualTo(new Answer.SoldOut(1, 1_000));

    Request raised = node.setStock(2);
    Request cat = node.claim("cat");
    held.runFor(500);
    assertThat(raised.isAnswered()).isFalse();
    assertThat(cat.isAnswered()).isFalse();

    held.runFor(500);
    assertThat(raised.answer()).isInstanceOf(Answer.Done.class);
    assertConfirmed(cat, 2);
  }

  /** An actor that has just begun does not know what the one before it said a moment ago. */
  @Test
  void raisesASoldOutStockLateWhereTheActorIsNew() {
    World held = new World(World.limits(1, Duration.ofSeconds(1)), fates).with(World.activity(1));
    Node node = held.start();
    held.open(node);
    node.claim("ann");
    held.runFor(50);
    Request raised = node.setStock(2);
    held.runFor(1_500);
    assertThat(raised.isAnswered()).isFalse();

    held.runFor(1_000);
    assertThat(raised.answer()).isInstanceOf(Answer.Done.class);
  }

  /** What one actor allows must not shorten what the one before it may have allowed. */
  @Test
  void sayingSoldOutDoesNotShortenTheWaitOfANewActor() {
    World held = new World(World.limits(1, Duration.ofSeconds(1)), fates).with(World.activity(1));
    Node node = held.start();
    held.open(node);
    node.claim("ann");
    held.runFor(300);
    Request ben = node.claim("ben");
    held.runFor(300);
    assertThat(ben.answer()).isEqualTo(new Answer.SoldOut(1, 1_000));
    Request raised = node.setStock(2);
    held.runFor(1_200);
    assertThat(raised.isAnswered()).isFalse();
  }

  /** The raised stock is in the journal, and the next epoch carries it, whoever opens that. */
  @Test
  void nobodyMayRepeatSoldOutWhileTheStockIsBeingRaised() {
    World held = new World(World.limits(1, Duration.ofSeconds(1)), fates).with(World.activity(1));
    Node node = held.start();
    held.open(node);
    node.claim("ann");
    held.runFor(3_000);
    fates.all(Effect.WriteJournal.class, Fate.FAILS);
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    node.setStock(2);
    held.runFor(2_000);
    Request ben = node.claim("ben");
    held.runFor(300);
    assertThat(ben.answer()).isEqualTo(new Answer.SoldOut(1, 0));
  }

  @Test
  void raisesAStockThatIsNotSoldOutAtOnce() {
    World held = new World(World.limits(1, Duration.ofSeconds(1)), fates).with(World.activity(2));
    Node node = held.start();
    held.open(node);
    node.claim("ann");
    Request raised = node.setStock(3);
    held.runFor(300);
    assertThat(raised.answer()).isInstanceOf(Answer.Done.class);
  }

  private Node selling(long stock) {
    world.with(World.activity(stock));
    Node node = world.start();
    world.open(node);
    return node;
  }
}
