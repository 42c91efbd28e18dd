package flashsale.activity;

import static flashsale.activity.Told.assertConfirmed;
import static flashsale.activity.Told.pending;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How an actor goes to rest, and that it never works for nothing. */
class LifeTest {
  private final DirectedFates fates = new DirectedFates();
  private final World world = new World(World.LIMITS, fates).with(World.activity(3));

  @Test
  void decidesWhatIsUnderWayBeforeItIsDrained() {
    Node node = world.start();
    world.open(node);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(10);
    fates.next(Effect.Judge.class, Fate.HELD);
    Request ben = node.claim("ben");
    Request cat = node.claim("cat");
    node.drain();
    Request late = node.claim("dan");
    Request change = node.pause();
    world.runFor(10);
    assertThat(cat.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(late.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(change.answer()).isEqualTo(new Answer.TryAgain());
    assertThat(node.isAlive()).isTrue();

    world.release(Effect.Judge.class);
    node.resumeTail();
    world.runFor(100);
    assertConfirmed(ann, 1);
    assertConfirmed(ben, 2);
    assertThat(node.stopped()).isEqualTo("drained");
  }

  @Test
  void drainsNoLongerThanAClaimWouldWait() {
    Node node = world.start();
    world.open(node);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(10);
    node.drain();
    world.runFor(2_000);
    node.drain();
    world.runFor(1_100);
    assertThat(node.stopped()).isEqualTo("drained");
    assertThat(ann.answer()).isEqualTo(pending(ann));
  }

  @Test
  void drainsAtOnceWhenNothingIsUnderWay() {
    Node node = world.start();
    node.drain();
    assertThat(node.stopped()).isEqualTo("drained");
  }

  @Test
  void goesToRestWhenNobodyAsked() {
    Node node = world.start();
    node.claim("ann");
    world.runFor(100_000);
    node.look();
    world.runFor(119_000);
    assertThat(node.isAlive()).isTrue();
    world.runFor(1_100);
    assertThat(node.stopped()).isEqualTo("drained");
  }

  @Test
  void staysAwakeWhileSomethingIsUnderWay() {
    Node node = world.start();
    world.open(node);
    fates.all(Effect.Append.class, Fate.FAILS);
    node.claim("ann");
    world.runFor(200_000);
    assertThat(node.isAlive()).isTrue();
  }

  @Test
  void wakesSeldomWhenItIsIdle() {
    Node node = world.start();
    node.claim("ann");
    world.runFor(1_000);
    assertThat(node.wakeAtMs()).isGreaterThan(world.now() + 5_000);
  }
}
