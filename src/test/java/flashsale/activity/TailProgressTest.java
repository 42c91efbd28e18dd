package flashsale.activity;

import static flashsale.activity.Told.assertConfirmed;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.simulation.LogModel;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A partition holds other activities' records too, and the tail tells how far it read over them.
 */
class TailProgressTest {
  private final World world = new World(World.LIMITS, new DirectedFates()).with(World.activity(20));
  private final Node node = world.start();

  @Test
  void doesNotRestartATailThatMoves() {
    acksARecordBehindOthers();

    world.runFor(1_500);
    node.scanTo(acked() - 1);
    world.runFor(1_500);
    node.scanTo(acked());
    world.runFor(1_500);
    assertThat(follows()).hasSize(1);

    world.runFor(1_000);
    assertThat(follows()).hasSize(2);
  }

  @Test
  void restartsTheTailWhereItWasScanned() {
    Request ann = acksARecordBehindOthers();

    node.scanTo(acked() - 1);
    world.runFor(2_100);
    assertThat(follows().getLast().fromOffset()).isEqualTo(acked() - 1);

    node.resumeTail();
    world.runFor(10);
    assertConfirmed(ann, 2);
  }

  @Test
  void restartsATailThatPassedAnAckedRecordByHoweverMuchElseItReads() {
    acksARecordBehindOthers();
    for (int i = 0; i < 5; i++) {
      world.runFor(500);
      node.scanTo(acked() + 1 + i);
    }

    assertThat(follows()).hasSize(2);
  }

  /** The gap before it is two records wide. */
  private Request acksARecordBehindOthers() {
    world.open(node);
    node.claim("first");
    world.runFor(100);
    node.stallTail();
    Request ann = node.claim("ann");
    world.runFor(10);
    List<LogModel.Record> records = world.log.records();
    assertThat(acked() - records.get(records.size() - 2).offset()).isEqualTo(3);
    return ann;
  }

  private long acked() {
    return world.log.records().getLast().offset();
  }

  private List<Effect.Follow> follows() {
    return node.effects(Effect.Follow.class);
  }
}
