package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What comes late, or from the past, is not believed; these stories hide from chance. */
class OldNewsTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(5));

  @Test
  void anOldEpochThatReachesTheLogLateOpensNothing() {
    fates.next(Effect.Append.class, Fate.failsAndHappensAfter(500));
    Node old = world.start();
    old.claim("ann");
    world.runFor(50);
    old.kill();
    Node next = world.start();
    Request ben = next.claim("ben");
    world.runFor(100);
    assertConfirmed(ben, 1);

    world.runFor(1_000);
    Request cat = next.claim("cat");
    world.runFor(100);
    assertThat(next.stopped()).isNull();
    assertConfirmed(cat, 2);
    assertThat(world.log.ledger().epoch()).isEqualTo(3);
  }

  @Test
  void aRewoundRedisWithTheRightCountsIsNeitherBelievedNorAdopted() {
    Node first = world.start();
    world.open(first);
    fates.next(Effect.Append.class, Fate.FAILS);
    first.claim("ann");
    world.runFor(10);
    Runnable stale = world.redis.snapshot();
    first.kill();

    Node second = world.start();
    Request ben = second.claim("ben");
    world.runFor(100);
    assertConfirmed(ben, 1);
    stale.run();
    Request again = second.claim("ben");
    world.runFor(1_000);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));

    second.kill();
    world.start().findPurchase("nobody");
    world.runFor(1_000);
    fates.next(Effect.Append.class, Fate.FAILS);
    Node fourth = world.start();
    Request ann = fourth.claim("ann");
    world.runFor(4_000);
    assertConfirmed(ann, 2);
  }

  @Test
  void saysNotPurchasedAsOfAfterItWasAsked() {
    Node old = world.start();
    world.open(old);
    old.claim("ann");
    world.runFor(300);
    Runnable before = world.redis.snapshot();
    old.stallTail();
    Node next = world.start();
    Request bought = next.claim("ben");
    world.runFor(100);
    assertConfirmed(bought, 2);

    before.run();
    Request find = old.findPurchase("ben");
    world.runFor(50);
    assertThat(old.effects(Effect.Judge.class).getLast().call().asks())
        .anyMatch(ask -> ask.user().equals(find.user));
    assertThat(find.isAnswered()).isFalse();
    old.resumeTail();
    world.runFor(300);
    assertThat(find.answer()).isEqualTo(new Answer.TryAgain());
  }

  @Test
  void saysClosedWhenThatIsPersisted() {
    Instant soon = Instant.ofEpochMilli(World.START_MS + 1_000);
    World closing = new World(World.LIMITS, fates).with(World.activity(5, null, soon));
    Node node = closing.start();
    node.claim("ann");
    closing.runFor(500);
    fates.all(Effect.WriteJournal.class, Fate.FAILS);
    fates.all(Effect.ReplayJournal.class, Fate.FAILS);
    closing.runFor(600);
    Request early = node.claim("ben");
    closing.runFor(500);
    assertThat(early.answer()).isEqualTo(new Answer.TryAgain());

    fates.all(Effect.WriteJournal.class, Fate.WORKS);
    fates.all(Effect.ReplayJournal.class, Fate.WORKS);
    closing.runFor(3_000);
    Request late = node.claim("ben");
    closing.runFor(500);
    assertThat(late.answer()).isEqualTo(new Answer.Closed());
  }

  @Test
  void confirmsWhatPostgresKnewBeforeItsOwnTail() {
    Node node = world.start();
    world.open(node);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(100);
    world.redis.wipe();
    Request ben = node.claim("ben");
    world.runFor(500);
    assertThat(world.postgres.ledger().sold()).isEqualTo(1);
    assertThat(node.effects(Effect.ReadSnapshot.class)).hasSize(2);
    assertThat(ann.isAnswered()).isFalse();

    node.resumeTail();
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertConfirmed(ben, 2);
  }
}
