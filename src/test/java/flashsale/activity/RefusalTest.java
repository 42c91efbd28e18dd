package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who may not buy, and which reason is given first. */
class RefusalTest {
  private static final Instant IN_A_MINUTE = Instant.ofEpochMilli(World.START_MS + 60_000);

  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates);

  @Test
  void doesNotKnowAnActivityThatWasNotCreated() {
    Node node = world.start();
    Request early = node.claim("ann");
    world.runFor(100);
    Request claim = node.claim("ann");
    Request find = node.findPurchase("ann");
    Request look = node.look();
    Request pause = node.pause();
    world.runFor(100);
    for (Request request : new Request[] {early, claim, find, look, pause}) {
      assertThat(request.answer()).isEqualTo(new Answer.UnknownActivity());
    }
    assertThat(world.journal.events()).isEmpty();
  }

  @Test
  void forgetsAnUnknownActivitySoon() {
    Node node = world.start();
    node.look();
    world.runFor(1_500);
    assertThat(node.stopped()).isEqualTo("drained");
  }

  @Test
  void refusesBeforeTheOpeningTimeWithoutOpening() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node node = world.start();
    Request claim = node.claim("ann");
    Request find = node.findPurchase("ann");
    world.runFor(100);
    assertThat(claim.answer()).isEqualTo(new Answer.NotOpen(IN_A_MINUTE));
    assertThat(find.answer()).isEqualTo(new Answer.NotPurchased());
    assertThat(world.journal.events()).hasSize(1);
  }

  @Test
  void refusesPausedBeforeNotOpen() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node node = world.start();
    node.pause();
    world.runFor(100);
    Request claim = node.claim("ann");
    world.runFor(100);
    assertThat(claim.answer()).isEqualTo(new Answer.Paused());
  }

  @Test
  void refusesClosedBeforePaused() {
    world.with(World.activity(3));
    Node node = world.start();
    node.pause();
    node.close();
    world.runFor(100);
    Request claim = node.claim("ann");
    world.runFor(100);
    assertThat(claim.answer()).isEqualTo(new Answer.Closed());
  }

  @Test
  void tellsABuyerTheOrderWhateverElseIsTrue() {
    world.with(World.activity(1));
    Node node = world.start();
    node.claim("ann");
    world.runFor(100);
    node.pause();
    world.runFor(100);
    assertRefusal(node, new Answer.Paused());
    node.close();
    world.runFor(300);
    assertRefusal(node, new Answer.Closed());
  }

  private void assertRefusal(Node node, Answer refusal) {
    Request ann = node.claim("ann");
    Request ben = node.claim("ben");
    world.runFor(300);
    assertThat(ann.answer()).isEqualTo(alreadyPurchased(ann));
    assertThat(ben.answer()).isEqualTo(refusal);
  }

  @Test
  void tellsABuyerTheOrderAfterARestart() {
    world.with(World.activity(3));
    Node first = world.start();
    first.claim("ann");
    world.runFor(100);
    first.pause();
    world.runFor(100);
    first.kill();
    assertRefusal(world.start(), new Answer.Paused());
  }

  @Test
  void opensNothingToBeLookedAt() {
    world.with(World.activity(3));
    Node node = world.start();
    Request early = node.look();
    world.runFor(100);
    Request late = node.look();
    for (Request look : new Request[] {early, late}) {
      assertThat(look.answer())
          .isInstanceOfSatisfying(
              Answer.View.class,
              view -> {
                assertThat(view.ledger()).isNull();
                assertThat(view.live()).isFalse();
                assertThat(view.row().opened()).isFalse();
              });
    }
    assertThat(world.journal.events()).hasSize(1);
  }

  @Test
  void isReadyAtTheOpeningTime() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node node = world.start();
    node.look();
    world.runFor(59_400);
    assertThat(world.log.records()).isEmpty();
    world.runFor(400);
    assertThat(world.log.ledger().epoch()).isEqualTo(2);

    Request early = node.claim("ann");
    Request find = node.findPurchase("ann");
    world.runFor(150);
    assertThat(early.answer()).isEqualTo(new Answer.NotOpen(IN_A_MINUTE));
    assertThat(find.answer()).isEqualTo(new Answer.NotPurchased());
    assertThat(world.log.ledger().sold()).isZero();

    world.runFor(50);
    Request ann = node.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertThat(world.log.ledger().epoch()).isEqualTo(2);
  }

  @Test
  void refusesWhileItGetsReady() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    fates.all(Effect.ReadSnapshot.class, new Fate(700, true, 700, Fate.NEVER));
    Node node = world.start();
    world.runFor(59_700);
    Request early = node.claim("ann");
    world.runFor(10);
    assertThat(early.answer()).isEqualTo(new Answer.NotOpen(IN_A_MINUTE));
  }

  @Test
  void isReadyAtTheOpeningTimeThoughItWasPausedBefore() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node node = world.start();
    node.pause();
    world.runFor(59_700);
    node.resume();
    world.runFor(500);
    assertThat(world.log.ledger().epoch()).isGreaterThan(0);
  }

  @Test
  void isReadyAgainWhenItsNodeEndsJustBefore() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node first = world.start();
    world.runFor(59_800);
    first.kill();
    Node next = world.start();
    world.runFor(150);
    assertThat(world.log.ledger().epoch()).isEqualTo(3);
    Request early = next.claim("ann");
    world.runFor(20);
    assertThat(early.answer()).isEqualTo(new Answer.NotOpen(IN_A_MINUTE));
  }

  @Test
  void opensByItselfThoughSomebodyLookedJustThen() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node node = world.start();
    world.runFor(59_990);
    node.pauseFor(20);
    node.look();
    world.runFor(300);
    assertThat(world.log.ledger().epoch()).isEqualTo(2);
  }

  @Test
  void doesNotOpenByItselfWhenItWakesLater() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    world.runFor(61_000);
    world.start().look();
    world.runFor(1_000);
    assertThat(world.log.records()).isEmpty();
  }

  @Test
  void staysShutAtTheOpeningTimeWhenPaused() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node node = world.start();
    node.pause();
    world.runFor(61_000);
    assertThat(world.log.records()).isEmpty();

    node.resume();
    world.runFor(10);
    Request ann = node.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
  }

  @Test
  void staysOpenForANodeWithASlowClock() {
    world.with(World.activity(3, IN_A_MINUTE, null));
    Node first = world.start();
    world.runFor(60_400);
    Request ann = first.claim("ann");
    world.runFor(100);
    assertConfirmed(ann, 1);
    first.kill();
    Node slow = world.start(-5_000);
    Request ben = slow.claim("ben");
    world.runFor(100);
    assertConfirmed(ben, 2);
  }

  @Test
  void closesByItselfAtTheClosingTime() {
    world.with(World.activity(3, null, IN_A_MINUTE));
    Node node = world.start();
    Request ann = node.claim("ann");
    world.runFor(60_300);
    assertConfirmed(ann, 1);
    assertThat(world.log.ledger().closed()).isTrue();
    Request ben = node.claim("ben");
    world.runFor(100);
    assertThat(ben.answer()).isEqualTo(new Answer.Closed());
  }

  @Test
  void staysClosedForANodeWithASlowClock() {
    world.with(World.activity(3, null, IN_A_MINUTE));
    Node first = world.start();
    first.look();
    world.runFor(60_300);
    first.kill();
    Request ann = world.start(-5_000).claim("ann");
    world.runFor(100);
    assertThat(ann.answer()).isEqualTo(new Answer.Closed());
  }

  @Test
  void believesTheLogThatItIsClosed() {
    world.with(World.activity(3));
    Node node = world.start();
    node.claim("ann");
    world.runFor(100);
    node.close();
    world.runFor(100);
    node.kill();
    world.journal.loseLast();

    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(1_000);
    assertThat(ben.answer()).isEqualTo(new Answer.Closed());
    assertThat(next.effects(Effect.Alarm.class)).isEmpty();
  }
}
