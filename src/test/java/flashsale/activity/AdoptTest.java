package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Ledger;
import flashsale.model.UserId;
import flashsale.stock.RedisBook;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The next actor takes over Redis as it is, if it is what the ledger says, and rebuilds it if not.
 */
class AdoptTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(5));
  private final Node first = world.start();

  @BeforeEach
  void sellTwo() {
    first.claim("ann");
    first.claim("ben");
    world.runFor(100);
  }

  @Test
  void adoptsWhatAnActorLeftThatWasDrained() {
    first.drain();
    Node next = goesOn();
    assertThat(next.effects(Effect.Adopt.class)).hasSize(1);
    assertThat(next.effects(Effect.Load.class)).isEmpty();
  }

  @Test
  void adoptsWhatAnActorLeftThatWasKilled() {
    first.kill();
    Node next = goesOn();
    assertThat(next.effects(Effect.Load.class)).isEmpty();
  }

  enum Damage {
    WIPED,
    REWOUND,
    ANOTHER_EPOCH,
    A_BUYER_TOO_MANY,
    ANOTHER_NUMBER_LEFT
  }

  @ParameterizedTest
  @EnumSource
  void rebuildsARedisThatIsNotAsTheLedgerSays(Damage damage) {
    Runnable replica = world.redis.snapshot();
    first.claim("cat");
    world.runFor(100);
    first.kill();
    switch (damage) {
      case WIPED -> world.redis.wipe();
      case REWOUND -> replica.run();
      case ANOTHER_EPOCH -> world.redis.setEpoch(1);
      case A_BUYER_TOO_MANY -> world.redis.addBuyer(new UserId("dan"));
      case ANOTHER_NUMBER_LEFT -> world.redis.addLeft(1);
    }
    Node next = world.start();
    Request dan = next.claim("dan");
    world.runFor(100);
    assertConfirmed(dan, 4);
    assertThat(next.effects(Effect.Load.class)).hasSize(1);
    assertBookIsTheLedger();
  }

  @Test
  void rebuildsARedisThatNominatedWhatNeverReachedTheLog() {
    fates.all(Effect.Append.class, Fate.FAILS);
    Request cat = first.claim("cat");
    world.runFor(10);
    first.kill();
    fates.all(Effect.Append.class, Fate.WORKS);

    Node next = world.start();
    Request dan = next.claim("dan");
    Request again = next.claim("cat");
    world.runFor(100);
    assertThat(cat.answer()).isEqualTo(Told.pending(cat));
    assertThat(next.effects(Effect.Load.class)).hasSize(1);
    assertConfirmed(dan, 3);
    assertConfirmed(again, 4);
  }

  @Test
  void adoptsForAnotherStock() {
    Request set = first.setStock(3);
    world.runFor(200);
    Request cat = first.claim("cat");
    Request dan = first.claim("dan");
    world.runFor(300);
    assertThat(set.answer()).isInstanceOf(Answer.Done.class);
    assertConfirmed(cat, 3);
    assertThat(dan.answer()).isInstanceOf(Answer.SoldOut.class);
    assertThat(first.effects(Effect.Load.class)).hasSize(1);
    assertBookIsTheLedger();
  }

  @Test
  void adoptsOnceWhenTheReplyWasLost() {
    first.kill();
    fates.next(Effect.Adopt.class, Fate.FAILS, Fate.FAILS_BUT_HAPPENED);
    Node next = world.start();
    Request cat = next.claim("cat");
    world.runFor(1_000);
    assertConfirmed(cat, 3);
    assertThat(next.effects(Effect.Adopt.class)).hasSize(3);
    assertThat(next.effects(Effect.Load.class)).isEmpty();
    assertBookIsTheLedger();
  }

  @Test
  void isNotHarmedByAnAdoptThatTakesPlaceLate() {
    first.kill();
    fates.next(Effect.Adopt.class, Fate.failsAndHappensAfter(700));
    Node next = world.start();
    next.claim("cat");
    world.runFor(1_000);
    Request dan = next.claim("dan");
    world.runFor(100);
    assertConfirmed(dan, 4);
    assertBookIsTheLedger();
  }

  @Test
  void doesNotBelieveARedisThatContradictedOnce() {
    world.redis.addLeft(1);
    Request cat = first.claim("cat");
    world.runFor(2);
    // By the time of the next epoch it seems to be right again.
    world.redis.addLeft(-1);
    world.runFor(500);
    assertConfirmed(cat, 3);
    assertThat(first.effects(Effect.Adopt.class)).isEmpty();
  }

  @Test
  void anOperatorHasItRebuiltThoughTheNumbersAreRight() {
    Request repaired = first.repair();
    world.runFor(500);
    assertThat(repaired.answer())
        .isInstanceOfSatisfying(Answer.Done.class, done -> assertThat(done.view().live()).isTrue());
    assertThat(first.effects(Effect.Adopt.class)).isEmpty();
    assertThat(first.effects(Effect.Load.class)).hasSize(2);
    assertBookIsTheLedger();
  }

  @Test
  void repairsForAnActorThatHasJustStarted() {
    first.kill();
    world.redis.wipe();
    Node next = world.start();
    Request repaired = next.repair();
    world.runFor(500);
    assertThat(repaired.answer()).isInstanceOf(Answer.Done.class);
    assertBookIsTheLedger();
  }

  private Node goesOn() {
    world.runFor(100);
    Node next = world.start();
    Request again = next.claim("ann");
    Request cat = next.claim("cat");
    world.runFor(100);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
    assertConfirmed(cat, 3);
    assertBookIsTheLedger();
    return next;
  }

  private void assertBookIsTheLedger() {
    Ledger ledger = world.log.ledger();
    assertThat(world.redis.now())
        .isEqualTo(
            new RedisBook(
                ledger.epoch(), ledger.seq(), ledger.stock() - ledger.sold(), ledger.sold()));
  }
}
