package flashsale.activity;

import static flashsale.activity.Told.alreadyPurchased;
import static flashsale.activity.Told.assertConfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.model.UserId;
import flashsale.stock.RedisBook;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Redis forgets, answers late or not at all, or says what cannot be. */
class RedisFaultTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(5));
  private final Node node = world.start();

  @Test
  void sendsTheVerySameCallAgainAfterATimeOut() {
    world.open(node);
    fates.next(Effect.Judge.class, Fate.FAILS_BUT_HAPPENED, Fate.FAILS);
    Request ann = node.claim("ann");
    world.runFor(10);
    node.claim("ben");
    world.runFor(500);

    List<Effect.Judge> judged = node.effects(Effect.Judge.class);
    assertThat(judged.get(2).call()).isSameAs(judged.get(1).call());
    assertThat(judged.get(3).call()).isSameAs(judged.get(1).call());
    assertConfirmed(ann, 1);
    assertThat(world.log.ledger().epoch()).isEqualTo(3);
    assertThat(world.log.ledger().sold()).isEqualTo(2);
  }

  @Test
  void opensAnEpochWhenRedisDoesNotAnswerManyTimes() {
    world.open(node);
    for (int i = 0; i <= World.LIMITS.redisRetriesMax(); i++) {
      fates.next(Effect.Judge.class, Fate.FAILS);
    }
    Request early = node.claim("ann");
    world.runFor(2_900);
    Request late = node.claim("ben");
    world.runFor(500);
    assertThat(world.log.ledger().epoch()).isEqualTo(4);
    assertThat(early.answer()).isEqualTo(new Answer.TryAgain());
    assertConfirmed(late, 1);
  }

  @Test
  void ignoresACallOfAnOlderEpochThatTakesPlaceLate() {
    world.open(node);
    for (int i = 0; i <= World.LIMITS.redisRetriesMax(); i++) {
      fates.next(Effect.Judge.class, Fate.failsAndHappensAfter(5_000));
    }
    node.claim("ann");
    world.runFor(3_300);
    Request ben = node.claim("ben");
    world.runFor(6_000);
    assertConfirmed(ben, 1);
    assertBookIsTheLedger();
    assertThat(world.log.ledger().epoch()).isEqualTo(4);
  }

  @SuppressWarnings("ImmutableEnumChecker") // what it does is a lambda without state
  enum Damage {
    LOST((world, epoch) -> world.redis.wipe()),
    FENCED_BELOW((world, epoch) -> world.redis.setEpoch(epoch - 1)),
    FENCED_ABOVE((world, epoch) -> world.redis.setEpoch(epoch + 1)),
    FENCED_FAR_ABOVE((world, epoch) -> world.redis.setEpoch(epoch + 1_000)),
    TOO_MANY_LEFT((world, epoch) -> world.redis.addLeft(1)),
    TOO_MANY_BUYERS((world, epoch) -> world.redis.addBuyer(new UserId("eve")));

    private final BiConsumer<World, Long> does;

    Damage(BiConsumer<World, Long> does) {
      this.does = does;
    }
  }

  @ParameterizedTest
  @EnumSource
  void opensAnEpochAndLosesNobodyWhenRedisContradicts(Damage damage) {
    Request ann = node.claim("ann");
    world.runFor(100);
    damage.does.accept(world, world.log.ledger().epoch());

    Request again = node.claim("ann");
    Request ben = node.claim("ben");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(again.answer()).isEqualTo(alreadyPurchased(again));
    assertConfirmed(ben, 2);
    assertBookIsTheLedger();
  }

  @Test
  void opensAnEpochWhenAStaleReplicaTookOver() {
    node.claim("ann");
    world.runFor(100);
    Runnable replica = world.redis.snapshot();
    node.claim("ben");
    world.runFor(100);
    replica.run();

    Request ben = node.claim("ben");
    Request cat = node.claim("cat");
    world.runFor(500);
    assertThat(ben.answer()).isEqualTo(alreadyPurchased(ben));
    assertConfirmed(cat, 3);
    assertBookIsTheLedger();
  }

  @Test
  void bringsClaimsUnderWayThroughANewEpoch() {
    world.open(node);
    fates.next(Effect.Append.class, Fate.slow(3_000));
    Request ann = node.claim("ann");
    world.runFor(10);
    world.redis.wipe();
    Request ben = node.claim("ben");
    world.runFor(1_000);
    assertConfirmed(ann, 1);
    assertConfirmed(ben, 2);

    world.runFor(3_000);
    assertThat(world.log.ledger().sold()).isEqualTo(2);
  }

  @Test
  void servesThoseFirstInTheNewEpochWhoWereNominatedInTheOld() {
    World one = new World(World.LIMITS, fates).with(World.activity(1));
    Node seller = one.start();
    one.open(seller);
    fates.next(Effect.Append.class, Fate.slow(3_000));
    Request ann = seller.claim("ann");
    one.runFor(10);
    Request ben = seller.claim("ben");
    one.runFor(10);
    one.redis.wipe();
    Request cat = seller.claim("cat");
    one.runFor(1_000);
    assertConfirmed(ann, 1);
    assertThat(ben.answer()).isInstanceOf(Answer.SoldOut.class);
    assertThat(cat.answer()).isInstanceOf(Answer.SoldOut.class);
  }

  @Test
  void overwritesAHigherEpochOnlyIfTheLogDoesNotKnowIt() {
    world.redis.setEpoch(77);
    Request ann = node.claim("ann");
    world.runFor(500);
    assertConfirmed(ann, 1);
    assertThat(node.effects(Effect.Alarm.class))
        .containsExactly(new Effect.Alarm("Redis held epoch 77, which is nobody's"));
    assertThat(node.effects(Effect.Flip.class)).hasSize(2);
  }

  @Test
  void loadsAgainWhenTheLoadedSetIsMiscounted() {
    node.claim("ann");
    world.runFor(100);
    node.kill();
    world.redis.wipe();

    fates.next(Effect.Flip.class, Fate.HELD);
    Node next = world.start();
    Request ann = next.claim("ann");
    world.runFor(100);
    world.redis.loseOneLoaded(3);
    world.release(Effect.Flip.class);
    world.runFor(500);
    assertThat(ann.answer()).isEqualTo(alreadyPurchased(ann));
    assertThat(next.effects(Effect.Alarm.class)).hasSize(1);
    assertBookIsTheLedger();
  }

  @Test
  void opensAnEpochThoughOrdersCouldNotTakeASale() {
    node.claim("ann");
    Request ben = node.claim("ben");
    world.runFor(100);
    node.kill();
    world.postgres.refuse(ben.user);

    Node next = world.start();
    Request cat = next.claim("cat");
    world.runFor(500);
    assertConfirmed(cat, 3);
    assertThat(next.effects(Effect.Alarm.class)).isEmpty();
    assertBookIsTheLedger();
  }

  @ParameterizedTest
  @EnumSource
  void repeatsEachStepOfAnOpening(OpeningStep step) {
    fates.next(step.effect, Fate.FAILS, Fate.FAILS_BUT_HAPPENED);
    Request ann = node.claim("ann");
    world.runFor(2_000);
    assertConfirmed(ann, 1);
    assertBookIsTheLedger();
  }

  @ParameterizedTest
  @EnumSource
  void isNotHarmedByAStepOfAnOpeningThatTakesPlaceLate(OpeningStep step) {
    fates.next(step.effect, Fate.failsAndHappensAfter(150));
    Request ann = node.claim("ann");
    world.runFor(2_000);
    assertConfirmed(ann, 1);
    assertBookIsTheLedger();
  }

  private void assertBookIsTheLedger() {
    var ledger = world.log.ledger();
    assertThat(world.redis.now())
        .isEqualTo(
            new RedisBook(
                ledger.epoch(), ledger.seq(), ledger.stock() - ledger.sold(), ledger.sold()));
  }
}
