package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.model.ActivityId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RangeReaderTest {
  private static final ActivityId SALE = new ActivityId("sale");
  private static final ActivityId OTHER = new ActivityId("other");
  private static final long FOR_EVER = Long.MAX_VALUE;
  private static final int PAGE = 10;

  /** Records of the two activities by turns; the even offsets are the sale's. */
  private final class EndlessLog implements RangeReader.Pages {
    @Override
    public RangeReader.Page read(TopicPartition partition, long from) {
      pagesRead.computeIfAbsent(partition, unused -> new CopyOnWriteArrayList<>()).add(from);
      try {
        begin.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Throwable fault = faults.getAndSet(null);
      if (fault instanceof Error error) {
        throw error;
      }
      if (from < FIRST) {
        throw new OffsetOutOfRangeException(Map.of(partition, from));
      }
      if (partition.equals(EMPTY)) {
        return new RangeReader.Page(List.of(), from);
      }
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (long at = from; at < from + PAGE; at++) {
        records.add(record(partition, at));
      }
      return new RangeReader.Page(records, from + PAGE);
    }

    @Override
    public void close() {}
  }

  /** What is below was removed by retention. */
  private static final long FIRST = 0;

  private static final TopicPartition EMPTY = partition(9);

  private final Map<TopicPartition, List<Long>> pagesRead = new ConcurrentHashMap<>();
  private final CountDownLatch begin = new CountDownLatch(1);
  private final AtomicReference<Throwable> faults = new AtomicReference<>();
  private final List<Follower> live = new CopyOnWriteArrayList<>();

  private final RangeReader.Readings readings =
      new RangeReader.Readings() {
        @Override
        public void read(List<RangeReader.Part> parts) {
          reader.pageDelivered();
          for (RangeReader.Part part : parts) {
            part.follower().catchUp(part.entries(), part.nextOffset());
            if (part.last()) {
              live.add(part.follower());
            }
          }
        }

        @Override
        public void failed(Follower follower, boolean fatal, String why) {
          follower.fail(fatal, why);
        }
      };

  private final RangeReader reader = new RangeReader(10, EndlessLog::new, readings);

  @AfterEach
  void close() {
    reader.close();
  }

  @Test
  void givesEachRangeWhatIsItsOwn() {
    Recorded sale = new Recorded();
    Recorded other = new Recorded();
    read(SALE, 0, 3, 26, sale);
    read(OTHER, 0, 0, 20, other);
    begin.countDown();

    await().until(() -> live.size() == 2);
    assertThat(sale.offsets()).containsExactlyElementsOf(everySecond(4, 24));
    assertThat(sale.scanned).last().isEqualTo(26L);
    assertThat(other.offsets()).containsExactlyElementsOf(everySecond(1, 19));
  }

  @Test
  void readsOnceWhatSeveralLack() {
    List<Recorded> all = new ArrayList<>();
    read(SALE, 1, 0, PAGE, new Recorded());
    for (int i = 0; i < 50; i++) {
      all.add(new Recorded());
      read(i % 2 == 0 ? SALE : OTHER, 0, i % 5 == 0 ? 0 : 2 * PAGE, 20L * PAGE, all.getLast());
    }
    begin.countDown();

    await().until(() -> live.size() == 51);
    assertThat(all).allSatisfy(one -> assertThat(one.offsets()).last().isIn(198L, 199L));
    // Those that begin at another place go on beside the others; the first turn may be one's own.
    assertThat(pagesReadOf(0)).hasSizeBetween(20, 41);
  }

  @Test
  void letsNobodyWaitForTheEndOfALongerRange() {
    read(SALE, 0, 0, FOR_EVER, new Recorded());
    read(SALE, 1, 0, FOR_EVER, new Recorded());
    begin.countDown();
    Recorded otherPartition = new Recorded();
    Recorded samePartition = new Recorded();
    Follower one = read(SALE, 2, 0, 5 * PAGE, otherPartition);
    Follower two = read(SALE, 1, 0, 5 * PAGE, samePartition);

    await().until(() -> live.contains(one) && live.contains(two));
    assertThat(otherPartition.offsets()).containsExactlyElementsOf(everySecond(0, 48));
    assertThat(samePartition.offsets()).containsExactlyElementsOf(everySecond(0, 48));
  }

  @Test
  void readsNoMoreForOneThatCancelled() {
    Follower cancelled = read(SALE, 0, 0, FOR_EVER, new Recorded());
    begin.countDown();
    await().until(() -> pagesReadOf(0).size() > 3);

    cancelled.cancel();
    int before = pagesReadOf(0).size();
    Follower later = read(SALE, 1, 0, 200 * PAGE, new Recorded());

    await().until(() -> live.contains(later));
    assertThat(pagesReadOf(0)).hasSizeLessThanOrEqualTo(before + 1);
  }

  @Test
  void endsOnlyTheRangeThatBeginsOutsideTheLog() {
    Recorded outside = new Recorded();
    Recorded inside = new Recorded();
    read(SALE, 0, FIRST - 1, 30, outside);
    Follower fine = read(OTHER, 0, 5, 30, inside);
    begin.countDown();

    await().until(() -> live.contains(fine));
    assertThat(outside.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
    assertThat(inside.failures).isEmpty();
  }

  @Test
  void endsARangeOfWhichNothingCanBeRead() {
    Recorded recorded = new Recorded();
    read(SALE, EMPTY.partition(), 0, 30, recorded);
    begin.countDown();

    await().until(() -> !recorded.failures.isEmpty());
    assertThat(recorded.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
  }

  @Test
  void goesOnAfterAnError() {
    faults.set(new OutOfMemoryError("thrown by a test"));
    Recorded failed = new Recorded();
    read(SALE, 0, 0, 30, failed);
    begin.countDown();
    await().until(() -> !failed.failures.isEmpty());

    Follower later = read(SALE, 0, 0, 30, new Recorded());

    await().until(() -> live.contains(later));
    assertThat(failed.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
  }

  private Follower read(ActivityId activity, int partition, long from, long to, Recorded listener) {
    Follower follower =
        new Follower(activity, partition(partition), from, 100, listener, ended -> {});
    reader.read(follower, from, to);
    return follower;
  }

  private List<Long> pagesReadOf(int partition) {
    return pagesRead.getOrDefault(partition(partition), List.of());
  }

  private static TopicPartition partition(int number) {
    return new TopicPartition("t", number);
  }

  private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, long offset) {
    ActivityId activity = offset % 2 == 0 ? SALE : OTHER;
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        offset,
        SalesLogCodec.encodeKey(activity),
        SalesLogCodec.encode(Samples.sold(activity, offset + 1)));
  }

  private static List<Long> everySecond(long from, long to) {
    return LongStream.iterate(from, at -> at <= to, at -> at + 2).boxed().toList();
  }
}
