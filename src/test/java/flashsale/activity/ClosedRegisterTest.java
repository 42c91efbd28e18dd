package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static flashsale.activity.Told.pending;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** While a book is away nobody is nominated, and whoever asks is told so at once. */
class ClosedRegisterTest {
  private static final Fate TIMES_OUT = new Fate(Fate.NEVER, false, 3_000, Fate.NEVER);

  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(20));
  private final Node node = world.start();

  @Test
  void asksRedisNothingWhenTheLogHasBeenAwayForAWhile() {
    world.open(node);
    logGoesAway();
    world.runFor(5_000);
    int calls = node.effects(Effect.Judge.class).size();
    Request ann = node.claim("ann");
    world.runFor(5);
    assertThat(ann.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(node.effects(Effect.Judge.class)).hasSize(calls);
  }

  @Test
  void refusesThoseInTheLineWhenItCloses() {
    world.open(node);
    logGoesAway();
    world.runFor(1_900);
    fates.all(Effect.Judge.class, Fate.HELD);
    Request judged = node.claim("ann");
    Request queued = node.claim("ben");
    world.runFor(200);
    Request late = node.claim("cat");
    assertThat(judged.isAnswered()).isFalse();
    assertThat(queued.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(late.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void sellsAgainSoonAfterTheLogIsBack() {
    world.open(node);
    node.claim("ann");
    world.runFor(50);
    logGoesAway();
    Request ben = node.claim("ben");
    world.runFor(120_000);
    assertThat(ben.answer()).isEqualTo(pending(ben));

    logIsBack();
    // The append that was under way has to fail first.
    world.runFor(4_000);
    Request found = node.findPurchase("ben");
    Request cat = node.claim("cat");
    Request again = node.claim("ann");
    world.runFor(400);
    assertThat(found.answer()).isInstanceOf(Answer.Confirmed.class);
    assertConfirmed(cat, 3);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
  }

  @Test
  void staysOpenWhileThingsAreConfirmedThoughTheTailSaysNothingElse() {
    world.open(node);
    node.silenceTail();
    for (int i = 0; i < 10; i++) {
      Request request = node.claim("user" + i);
      world.runFor(1_000);
      assertConfirmed(request, i + 1);
    }
  }

  @Test
  void refusesAtOnceWhileAnEpochCannotBeOpened() {
    logGoesAway();
    Request first = node.claim("ann");
    world.runFor(3_100);
    assertThat(first.answer()).isEqualTo(new Answer.TryAgain());
    for (int i = 0; i < 20; i++) {
      assertThat(node.claim("ben").answer()).isEqualTo(new Answer.TryAgain());
      world.runFor(500);
    }
    logIsBack();
    world.runFor(2_500);
    Request cat = node.claim("cat");
    world.runFor(100);
    assertConfirmed(cat, 1);
  }

  @Test
  void refusesAtOnceWhileRedisCannotBeLoaded() {
    fates.all(Effect.Load.class, Fate.FAILS);
    Request first = node.claim("ann");
    world.runFor(2_000);
    assertThat(first.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(node.claim("ben").answer()).isEqualTo(new Answer.TryAgain());

    fates.all(Effect.Load.class, Fate.WORKS);
    world.runFor(2_100);
    Request cat = node.claim("cat");
    world.runFor(100);
    assertConfirmed(cat, 1);
  }

  @Test
  void refusesAtOnceWhileTheJournalCannotBeWritten() {
    fates.all(Effect.WriteJournal.class, Fate.FAILS);
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    node.claim("ann");
    world.runFor(2_000);
    assertThat(node.claim("ben").answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void followsAgainWhenTheTailIsSilent() {
    world.open(node);
    node.loseTail();
    world.runFor(15_000);
    Request ann = node.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
  }

  @Test
  void refusesAtOnceWhileTheJournalCannotBeRead() {
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    Node cold = world.start();
    world.runFor(2_000);
    assertThat(cold.claim("ann").answer()).isEqualTo(new Answer.TryAgain());
  }

  private void logGoesAway() {
    node.stallTail();
    fates.all(Effect.Append.class, TIMES_OUT);
  }

  private void logIsBack() {
    fates.all(Effect.Append.class, Fate.WORKS);
    node.resumeTail();
  }
}
