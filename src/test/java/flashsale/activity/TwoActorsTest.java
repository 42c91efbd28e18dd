package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static flashsale.activity.Told.pending;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Entry;
import flashsale.model.UserId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two actors of one activity, and a journal that lets one of them win. */
class TwoActorsTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(5));
  private final Node old = world.start();

  @Test
  void stopsWhenTheTailShowsAnEpochOfAnotherActor() {
    world.open(old);
    fates.next(Effect.Append.class, Fate.slow(5_000));
    Request ann = old.claim("ann");
    world.runFor(10);
    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(100);
    assertThat(old.stopped()).contains("epoch 4 was opened by another actor");
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
    assertConfirmed(ben, 1);

    world.runFor(6_000);
    assertThat(world.log.ledger().sold()).isEqualTo(1);
  }

  @Test
  void isFencedByRedisWhenItsTailIsLate() {
    world.open(old);
    old.stallTail();
    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(100);
    Request ann = old.claim("ann");
    world.runFor(1_000);
    assertConfirmed(ben, 1);
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(old.stopped()).isEqualTo("another actor wrote the journal");
    assertThat(old.effects(Effect.Append.class))
        .noneMatch(append -> append.entry() instanceof Entry.Sold);
  }

  @ParameterizedTest
  @EnumSource
  void stopsInEveryStepOfAnOpening(OpeningStep step) {
    fates.next(step.effect, Fate.HELD);
    Request ann = old.claim("ann");
    world.runFor(100);
    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(100);
    assertConfirmed(ben, 1);

    world.release(step.effect);
    world.runFor(2_000);
    assertThat(old.stopped()).isNotNull();
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
    Request again = next.claim("ben");
    Request cat = next.claim("cat");
    world.runFor(100);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
    assertConfirmed(cat, 2);
  }

  @Test
  void stopsWhileItsAdoptIsUnderWay() {
    world.open(old);
    old.kill();
    Node middle = world.start();
    fates.next(Effect.Adopt.class, Fate.HELD);
    Request ann = middle.claim("ann");
    world.runFor(100);
    Request ben = world.start().claim("ben");
    world.runFor(100);
    assertConfirmed(ben, 1);

    world.release(Effect.Adopt.class);
    world.runFor(2_000);
    assertThat(middle.stopped()).contains("was opened by another actor");
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void writesNothingAfterEventsThatItNeverSaw() {
    world.open(old);
    old.pause();
    world.runFor(100);
    old.resume();
    world.runFor(100);
    old.stallTail();
    // Postgres fails over to a replica that lacks the last two events, and another actor writes
    // two.
    world.journal.loseLast();
    world.journal.loseLast();
    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(100);
    Request pause = next.pause();
    world.runFor(100);
    assertConfirmed(ben, 1);
    assertThat(pause.answer()).isInstanceOf(Answer.Done.class);

    Request ann = old.claim("ann");
    world.runFor(2_000);
    assertThat(old.stopped()).isEqualTo("another actor wrote the journal");
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
    Request cat = next.claim("cat");
    world.runFor(100);
    assertThat(cat.answer()).isEqualTo(new Answer.Paused());
  }

  @Test
  void refusesNobodyWhileItsTailIsOld() {
    old.claim("ann");
    world.runFor(100);
    old.pause();
    world.runFor(100);
    world.redis.wipe();
    fates.next(Effect.Flip.class, Fate.HELD);
    old.findPurchase("ann");
    world.runFor(300);
    old.stallTail();

    // Another actor sells to ben and dies, and Redis forgets it.
    Node next = world.start();
    next.resume();
    Request bought = next.claim("ben");
    world.runFor(300);
    assertConfirmed(bought, 2);
    next.kill();
    world.redis.wipe();
    world.redis.load(World.ID, 4, List.of(new UserId("ann")));

    world.runFor(1_000);
    world.release(Effect.Flip.class);
    world.runFor(10);
    Request claim = old.claim("ben");
    Request find = old.findPurchase("ben");
    world.runFor(100);
    assertThat(old.effects(Effect.Judge.class)).isNotEmpty();
    assertThat(claim.isAnswered()).isFalse();
    assertThat(find.isAnswered()).isFalse();

    old.resumeTail();
    world.runFor(10);
    assertThat(old.stopped()).contains("was opened by another actor");
    assertThat(claim.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(find.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void findsAnEpochThatItPersistedThoughTheAckWasLost() {
    fates.next(Effect.WriteJournal.class, Fate.FAILS_BUT_HAPPENED);
    Request ann = old.claim("ann");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(world.log.ledger().epoch()).isEqualTo(2);
    assertThat(world.journal.events()).hasSize(2);
  }

  @Test
  void persistsAnEpochAgainThatWasNotPersisted() {
    fates.next(Effect.WriteJournal.class, Fate.FAILS);
    Request ann = old.claim("ann");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(world.journal.events()).hasSize(2);
  }

  @Test
  void findsAnEpochThatWasPersistedAfterTheReplay() {
    fates.next(Effect.WriteJournal.class, Fate.failsAndHappensAfter(150), Fate.slow(200));
    Request ann = old.claim("ann");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(world.journal.events()).hasSize(2);
  }

  @Test
  void stopsWhenAnotherActorWroteTheJournalInBetween() {
    world.open(old);
    world.redis.wipe();
    fates.next(Effect.WriteJournal.class, Fate.FAILS);
    Request ann = old.claim("ann");
    world.runFor(5);
    world.journal.insert(3 + 1, new JournalEvent.EpochStarted(99));
    world.runFor(1_000);
    assertThat(old.stopped()).isEqualTo("another actor wrote the journal");
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void saysPendingOfWhatIsUnderWayWhenTheJournalWasTakenOver() {
    world.open(old);
    old.stallTail();
    Request ann = old.claim("ann");
    world.runFor(10);
    world.journal.insert(4, new JournalEvent.EpochStarted(99));
    old.pause();
    world.runFor(1_000);
    assertThat(old.stopped()).isEqualTo("another actor wrote the journal");
    assertThat(ann.answer()).isEqualTo(pending(ann));
  }

  @Test
  void goesAboveAnEpochThatPostgresForgot() {
    Request ann = old.claim("ann");
    world.runFor(100);
    old.kill();
    world.journal.loseLast();

    Node next = world.start();
    Request again = next.claim("ann");
    Request ben = next.claim("ben");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
    assertConfirmed(ben, 2);
    assertThat(world.log.ledger().epoch()).isEqualTo(3);
  }

  @Test
  void goesAboveAnEpochThatPostgresForgotWhileItsActorStillSells() {
    world.open(old);
    world.journal.loseLast();
    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(1_000);
    assertConfirmed(ben, 1);
    assertThat(old.stopped()).contains("was opened by another actor");
  }

  @Test
  void confirmsWhileTheJournalIsAway() {
    world.open(old);
    fates.all(Effect.WriteJournal.class, Fate.FAILS);
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    Request pause = old.pause();
    world.runFor(1_000);
    Request ann = old.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertThat(pause.isAnswered()).isFalse();

    fates.all(Effect.WriteJournal.class, Fate.WORKS);
    fates.all(Effect.ReplayJournal.class, Fate.WORKS);
    world.runFor(10_000);
    assertThat(pause.answer()).isInstanceOf(Answer.Done.class);
  }

  @Test
  void waitsForAJournalThatCannotBeRead() {
    fates.next(Effect.ReplayJournal.class, Fate.FAILS, Fate.FAILS);
    Node next = world.start();
    Request ann = next.claim("ann");
    Request look = next.look();
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(look.answer()).isInstanceOf(Answer.View.class);
  }
}
