package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Entry;
import flashsale.model.ActivityId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FollowerTest {
  private static final ActivityId ACTIVITY = new ActivityId("sale");
  private static final TopicPartition PARTITION = new TopicPartition("t", 0);

  private final Recorded recorded = new Recorded();
  private final List<Follower> ended = new ArrayList<>();

  @Test
  void isGivenWhatItMissedBeforeWhatTheTailShowedMeanwhile() {
    Follower follower = follower(3, recorded);

    follower.show(at(6));
    follower.catchUp(List.of(at(3), at(4)), 5);
    follower.show(at(7));
    follower.catchUp(List.of(at(5)), 6);
    follower.goLive();
    follower.show(at(8));

    assertThat(recorded.offsets()).containsExactly(3L, 4L, 5L, 6L, 7L, 8L);
  }

  @Test
  void isNotGivenAnOffsetTwiceNorOneBelowItsStart() {
    Follower follower = follower(3, recorded);

    follower.goLive();
    List.of(2L, 3L, 3L, 4L, 3L, 5L).forEach(offset -> follower.show(at(offset)));

    assertThat(recorded.offsets()).containsExactly(3L, 4L, 5L);
  }

  @Test
  void isToldHowFarItWasReadForOverWhatIsOthers() {
    Follower follower = follower(3, recorded);

    follower.show(at(12));
    follower.catchUp(List.of(at(4)), 8);
    follower.shownUpTo(13);
    follower.catchUp(List.of(), 10);
    follower.goLive();
    follower.shownUpTo(13);
    follower.shownUpTo(15);
    follower.shownUpTo(15);

    assertThat(recorded.offsets()).containsExactly(4L, 12L);
    assertThat(recorded.scanned).containsExactly(8L, 10L, 15L);
  }

  @Test
  void isNotToldOfWhatComesAfterItFailed() {
    Follower follower = follower(3, recorded);
    follower.goLive();

    follower.fail(true, "a record that nobody knows");
    follower.shownUpTo(15);

    assertThat(recorded.scanned).isEmpty();
  }

  @Test
  void isNotFreshWhileItCatchesUp() {
    Follower follower = follower(0, recorded);

    follower.freshAsOf(100);
    follower.goLive();
    follower.freshAsOf(200);

    assertThat(recorded.fresh).containsExactly(200L);
  }

  @Test
  void endsWhenMoreIsShownThanItMayHold() {
    Follower follower = follower(0, recorded);

    for (long offset = 5; offset < 5 + 3; offset++) {
      follower.show(at(offset));
    }

    assertThat(recorded.failures)
        .containsExactly(
            new Recorded.Failure(false, "entries held while catching up: more (expected: <= 2)"));
    assertThat(ended).containsExactly(follower);
  }

  @Test
  void endsWhenItsListenerThrows() {
    Recorded throwing =
        new Recorded() {
          @Override
          public void onEntry(long offset, long timestampMs, Entry entry) {
            super.onEntry(offset, timestampMs, entry);
            throw new IllegalStateException("no");
          }
        };
    Follower follower = follower(0, throwing);

    follower.goLive();
    follower.show(at(0));
    follower.show(at(1));

    assertThat(throwing.offsets()).containsExactly(0L);
    assertThat(throwing.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
  }

  @Test
  void hearsNothingAfterItCancelled() {
    Follower follower = follower(0, recorded);
    follower.goLive();

    follower.cancel();
    follower.cancel();
    follower.show(at(0));
    follower.freshAsOf(1);
    follower.fail(true, "too late");

    assertThat(recorded.entries).isEmpty();
    assertThat(recorded.fresh).isEmpty();
    assertThat(recorded.failures).isEmpty();
    assertThat(ended).containsExactly(follower);
  }

  private Follower follower(long from, SalesLog.Listener listener) {
    return new Follower(ACTIVITY, PARTITION, from, 2, listener, ended::add);
  }

  private static Located at(long offset) {
    return new Located(offset, 0, Samples.sold(ACTIVITY, offset + 1));
  }
}
