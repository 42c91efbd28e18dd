package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static flashsale.activity.Told.pending;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Entry;
import flashsale.simulation.LogModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Appends fail, come late or in another order; the tail shows nothing for a while. */
class LogFaultTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(20));
  private final Node node = world.start();

  @Test
  void saysPendingWhenAnAppendFailsAndAppendsItAgainUnchanged() {
    world.open(node);
    fates.next(Effect.Append.class, Fate.FAILS);
    Request ann = node.claim("ann");
    world.runFor(50);
    assertThat(ann.answer()).isEqualTo(pending(ann));

    world.runFor(100);
    Request found = node.findPurchase("ann");
    world.runFor(100);
    assertThat(found.answer()).isInstanceOf(Answer.Confirmed.class);
    assertThat(appends()).hasSize(2);
    assertThat(appends().get(0)).isSameAs(appends().get(1));
  }

  @Test
  void sellsOnceWhatWasAppendedTwice() {
    world.open(node);
    fates.next(Effect.Append.class, Fate.failsAndHappensAfter(500));
    Request ann = node.claim("ann");
    world.runFor(1_000);
    assertThat(ann.answer()).isEqualTo(pending(ann));
    assertThat(world.log.records()).hasSize(3);
    assertThat(world.log.ledger().sold()).isEqualTo(1);
  }

  @Test
  void appendsEverythingAfterAFailedAppendAgainInOrder() {
    world.open(node);
    fates.next(Effect.Append.class, Fate.FAILS);
    Request ann = node.claim("ann");
    world.at(world.now() + 1, () -> node.claim("ben"));
    world.runFor(500);
    assertThat(appends()).extracting(Entry.Sold::seq).containsExactly(1L, 2L, 1L, 2L);
    assertThat(accepted()).containsExactly("ann", "ben");
    assertThat(ann.answer()).isEqualTo(pending(ann));
  }

  @Test
  void nominatesNobodyWhileTheLogCannotBeWritten() {
    world.open(node);
    fates.all(Effect.Append.class, new Fate(Fate.NEVER, false, 3_000, Fate.NEVER));
    Request ann = node.claim("ann");
    world.runFor(3_100);
    assertThat(ann.answer()).isEqualTo(pending(ann));

    // The first append failed, the second one is on its way.
    for (int i = 0; i < 20; i++) {
      Request ben = node.claim("ben" + i);
      Request again = node.claim("ann");
      assertThat(ben.answer()).isEqualTo(new Answer.TryAgain());
      assertThat(again.answer()).isEqualTo(pending(again));
      world.runFor(500);
    }

    fates.all(Effect.Append.class, Fate.WORKS);
    world.runFor(6_000);
    Request cat = node.claim("cat");
    world.runFor(100);
    assertConfirmed(cat, 2);
    assertThat(accepted()).containsExactly("ann", "cat");
  }

  @Test
  void waitsOnceWhenSeveralAppendsFailTogether() {
    world.open(node);
    fates.all(Effect.Append.class, new Fate(Fate.NEVER, false, 1_000, Fate.NEVER));
    for (int i = 0; i < 8; i++) {
      node.claim("user" + i);
      world.runFor(5);
    }
    assertThat(appends()).hasSize(8);
    fates.all(Effect.Append.class, Fate.WORKS);
    world.runFor(1_500);
    assertThat(world.log.ledger().sold()).isEqualTo(8);
  }

  @Test
  void acceptsBatchesThatReachedTheLogInTheWrongOrder() {
    world.open(node);
    fates.next(Effect.Append.class, Fate.slow(50));
    Request ann = node.claim("ann");
    world.runFor(10);
    Request ben = node.claim("ben");
    world.runFor(500);
    assertConfirmed(ann, 1);
    assertConfirmed(ben, 2);
    assertThat(world.log.ledger().epoch()).isEqualTo(3);
  }

  @Test
  void restartsTheTailWhenAnAckedRecordIsNotSeen() {
    world.open(node);
    long folded = world.log.records().getLast().offset();
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(2_100);
    List<Effect.Follow> follows = node.effects(Effect.Follow.class);
    assertThat(follows.getLast().fromOffset()).isEqualTo(folded + 1);
    assertThat(follows).hasSize(2);

    node.resumeTail();
    world.runFor(10);
    assertConfirmed(ann, 1);
  }

  /** It may have much to catch up with, and a restart begins anew. */
  @Test
  void isMorePatientWithTheTailAfterEachRestart() {
    node.stallTail();
    node.claim("ann");
    world.runFor(31_000);
    assertThat(node.effects(Effect.Follow.class)).hasSizeBetween(4, 5);
    node.resumeTail();
    world.runFor(1_000);
    Request again = node.claim("ann");
    world.runFor(100);
    assertThat(again.answer()).isInstanceOf(Answer.Confirmed.class);
  }

  @Test
  void triesAgainAfterAFatalFailureOfTheTailWithoutAnEpochForEachTry() {
    world.open(node);
    long epoch = world.log.ledger().epoch();
    node.failTail(true);
    world.runFor(30_000);
    assertThat(node.stopped()).isNull();
    Request ann = node.claim("ann");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(world.log.ledger().epoch()).isEqualTo(epoch);
  }

  @Test
  void opensAnEpochWhenAnAckedRecordNeverComesBack() {
    world.open(node);
    node.stallTail();
    node.claim("ann");
    world.runFor(31_000);
    node.resumeTail();
    world.runFor(1_000);
    assertThat(world.log.ledger().epoch()).isEqualTo(4);
  }

  @Test
  void confirmsABatchAfterItsTailWasRestarted() {
    world.open(node);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(8_500);
    assertThat(world.postgres.ledger().sold()).isEqualTo(1);
    assertThat(ann.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(500);
    assertConfirmed(ann, 1);
    Request ben = node.claim("ben");
    world.runFor(500);
    assertConfirmed(ben, 2);
  }

  @Test
  void followsAgainWithoutAGapAfterTheConnectionWasLost() {
    world.open(node);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(10);
    node.failTail(false);
    node.resumeTail();
    world.runFor(200);
    assertConfirmed(ann, 1);
  }

  @Test
  void confirmsNobodyAndRaisesAnAlarmWhileTheLogCannotBeFollowed() {
    world.open(node);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(10);
    node.failTail(true);
    world.runFor(1_000);
    assertThat(ann.isAnswered()).isFalse();
    assertThat(node.effects(Effect.Alarm.class)).hasSize(1);
  }

  @Test
  void foldsOnFromAPostgresThatIsFarBehind() {
    world.stopProjection();
    Request ann = node.claim("ann");
    world.runFor(100);
    node.claim("ben");
    world.runFor(100);
    node.kill();
    world.redis.wipe();
    Node next = world.start();
    Request again = next.claim("ann");
    Request cat = next.claim("cat");
    world.runFor(200);
    assertConfirmed(ann, 1);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
    assertConfirmed(cat, 3);
    assertThat(next.effects(Effect.Load.class).getFirst().recent()).hasSize(2);
  }

  @Test
  void forgetsWhatReachesTheLogAfterTheNextEpoch() {
    world.open(node);
    fates.next(Effect.Append.class, Fate.failsAndHappensAfter(1_000));
    Request ann = node.claim("ann");
    world.runFor(50);
    node.kill();
    Node next = world.start();
    Request none = next.findPurchase("ann");
    world.runFor(1_500);
    assertThat(ann.answer()).isEqualTo(pending(ann));
    assertThat(none.answer()).isEqualTo(new Answer.NotPurchased());
    assertThat(world.log.ledger().sold()).isZero();
    assertThat(world.log.records().getLast().accepted()).isFalse();
  }

  private List<Entry.Sold> appends() {
    List<Entry.Sold> appends = new ArrayList<>();
    for (Effect.Append append : node.effects(Effect.Append.class)) {
      if (append.entry() instanceof Entry.Sold sold) {
        appends.add(sold);
      }
    }
    return appends;
  }

  private List<String> accepted() {
    List<String> users = new ArrayList<>();
    for (LogModel.Record record : world.log.records()) {
      if (record.accepted() && record.entry() instanceof Entry.Sold sold) {
        sold.items().forEach(item -> users.add(item.userId().value()));
      }
    }
    return users;
  }
}
