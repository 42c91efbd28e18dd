package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.model.ActivityId;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TailedPartitionTest {
  private static final ActivityId ACTIVITY = new ActivityId("sale");

  private final TailedPartition partition = new TailedPartition(new TopicPartition("t", 0), 10);
  private final Recorded recorded = following();

  @Test
  void isFreshAtOnceWhenItHasReadToTheEnd() {
    partition.endWas(10, 100, 0);

    assertThat(recorded.fresh).containsExactly(100L);
  }

  @Test
  void isFreshOnlyWhenItHasReadToTheEndOfThatTime() {
    partition.endWas(13, 100, 0);
    partition.advanceTo(12, 0);
    assertThat(recorded.fresh).isEmpty();

    partition.advanceTo(13, 0);

    assertThat(recorded.fresh).containsExactly(100L);
  }

  @Test
  void becomesFreshAlsoWhenTheEndKeepsRunningAway() {
    partition.endWas(12, 100, 0);
    partition.endWas(20, 200, 0);

    partition.advanceTo(15, 0);

    assertThat(recorded.fresh).containsExactly(100L);
  }

  @Test
  void isStuckWhenThereIsMoreAndNothingIsRead() {
    partition.endWas(12, 100, 1_000);
    assertThat(partition.isStuck(500, 1_400)).isFalse();
    assertThat(partition.isStuck(500, 1_501)).isTrue();

    partition.advanceTo(11, 1_501);
    assertThat(partition.isStuck(500, 1_900)).isFalse();

    partition.advanceTo(12, 1_900);
    assertThat(partition.isStuck(500, 9_000)).isFalse();
  }

  private Recorded following() {
    Recorded following = new Recorded();
    Follower follower =
        new Follower(ACTIVITY, partition.partition(), 10, 100, following, ended -> {});
    partition.join(follower);
    follower.goLive();
    return following;
  }
}
