package flashsale.saleslog;

import flashsale.model.ActivityId;
import flashsale.saleslog.MissingRanges.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what new followers missed, on threads of its own, so that a long range does not hold up the
 * tail.
 *
 * <p>Partitions take turns. A turn reads one page, where one of the partition's ranges goes on, and
 * gives it to every range that goes on inside it: so ranges that overlap share what they read (when
 * a node takes over, its activities of a partition begin at the same place). A range whose follower
 * has ended is left at its partition's next turn.
 */
final class RangeReader implements AutoCloseable {
  private static final int THREADS = 2;

  /** Ranges not read to their end. One more ends its following, not fatally. */
  private static final int RANGES_MAX = 10_000;

  /** Pages read and not yet given to the followers. At the limit reading waits. */
  private static final int PAGES_UNDER_WAY_MAX = 8;

  /**
   * A range in which so many turns could read nothing ends its following, not fatally. Of Kafka a
   * turn in vain takes 200 ms.
   */
  private static final int TURNS_IN_VAIN_MAX = 25;

  /** A thread without work for this long lets its consumer go. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(RangeReader.class);

  /** Where pages come from. For one thread; a page may be empty. */
  interface Pages extends AutoCloseable {
    /** What there is from this offset on, as much as comes at once. */
    Page read(TopicPartition partition, long from);

    @Override
    void close();
  }

  /** Everything that the partition holds up to {@code next}, exclusive. */
  record Page(List<ConsumerRecord<byte[], byte[]>> records, long next) {}

  /**
   * The next entries of a follower's range, in order, all there are before {@code nextOffset};
   * {@code last}: the range ends there.
   */
  record Part(Follower follower, List<Located> entries, long nextOffset, boolean last) {}

  /** Receives what was read; called by the reader's threads. */
  interface Readings {
    /** A page: the parts of all who share it. */
    void read(List<Part> parts);

    /** The range cannot be read on. */
    void failed(Follower follower, boolean fatal, String why);
  }

  private final Readings readings;
  private final Semaphore pagesLeft = new Semaphore(PAGES_UNDER_WAY_MAX);
  private final List<Thread> threads = new ArrayList<>();

  /** Guarded by this, with the lists of ranges in it. */
  private final Map<TopicPartition, MissingRanges> missing = new HashMap<>();

  private int rangesCount;

  /** Every partition of {@link #missing} whose turn it is not; so there is always room. */
  private final BlockingQueue<TopicPartition> turns;

  private volatile boolean closed;

  /**
   * @param partitions how many there are at most
   * @param pages called once by each thread
   */
  RangeReader(int partitions, Supplier<Pages> pages, Readings readings) {
    this.readings = readings;
    this.turns = new ArrayBlockingQueue<>(partitions);
    Thread.Builder builder = Thread.ofPlatform().name("sales-log-range-", 1).daemon();
    for (int i = 0; i < THREADS; i++) {
      threads.add(builder.start(() -> run(pages.get())));
    }
  }

  /** Reads {@code from} (inclusive) up to {@code to} (exclusive) for the follower. */
  void read(Follower follower, long from, long to) {
    if (!add(new Range(follower, from, to))) {
      readings.failed(follower, false, "ranges to read: more (expected: <= " + RANGES_MAX + ")");
    }
  }

  private synchronized boolean add(Range range) {
    if (rangesCount >= RANGES_MAX) {
      return false;
    }
    rangesCount++;
    TopicPartition partition = range.follower.partition();
    MissingRanges same = missing.get(partition);
    if (same == null) {
      same = new MissingRanges();
      missing.put(partition, same);
      turns.add(partition);
    }
    same.add(range);
    return true;
  }

  /** What {@link Readings#read} told has been given to the followers. */
  void pageDelivered() {
    pagesLeft.release();
  }

  /** Whatever fails, the partition gets its next turn: its ranges are in nobody else's hands. */
  private void run(Pages pages) {
    while (!closed) {
      try {
        TopicPartition partition = turns.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        if (partition == null) {
          pages.close();
        } else {
          try {
            turn(partition, pages);
          } finally {
            endTurn(partition);
          }
        }
      } catch (InterruptedException | InterruptException e) {
        // Closed.
      } catch (Throwable e) {
        log.atError().addKeyValue("cause", e.toString()).log("reading a range failed");
      }
    }
    pages.close();
  }

  private void turn(TopicPartition partition, Pages pages) throws InterruptedException {
    MissingRanges.Turn turn = begin(partition);
    if (turn == null) {
      return;
    }
    Range first = turn.first();
    try {
      Page page = pages.read(partition, first.next);
      if (page.next() > first.next) {
        turn.read(page);
        first.turnsInVain = 0;
        handOver(page, turn.sharing(page));
      } else if (++first.turnsInVain >= TURNS_IN_VAIN_MAX) {
        pages.close();
        fail(first, false, "nothing can be read from " + partition + " at " + first.next);
      }
    } catch (InvalidOffsetException e) {
      fail(first, true, partition + ": offset " + first.next + " is outside the log");
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      pages.close();
      for (Range range : turn.present()) {
        fail(range, false, "reading " + partition + " from " + range.next + ": " + e);
      }
    }
  }

  /** Null: nobody lacks anything any more. */
  private synchronized MissingRanges.@Nullable Turn begin(TopicPartition partition) {
    MissingRanges now = prune(partition);
    return now.isEmpty() ? null : now.nextTurn();
  }

  private synchronized void endTurn(TopicPartition partition) {
    if (prune(partition).isEmpty()) {
      missing.remove(partition);
    } else {
      turns.add(partition);
    }
  }

  private MissingRanges prune(TopicPartition partition) {
    MissingRanges now = Objects.requireNonNull(missing.get(partition));
    rangesCount -= now.prune();
    return now;
  }

  private void handOver(Page page, List<Range> sharing) throws InterruptedException {
    Map<ActivityId, List<Range>> byActivity =
        sharing.stream().collect(Collectors.groupingBy(range -> range.follower.activity()));
    sharing.forEach(range -> range.entries = new ArrayList<>());
    for (ConsumerRecord<byte[], byte[]> record : page.records()) {
      // A record whose key names no activity may concern anyone.
      List<Range> concerned =
          SalesLogCodec.decodeKey(record.key())
              .map(activity -> byActivity.getOrDefault(activity, List.of()))
              .orElse(sharing);
      show(record, concerned.stream().filter(range -> range.wants(record.offset())).toList());
    }
    List<Range> read = sharing.stream().filter(range -> !range.failed).toList();
    List<Part> parts = read.stream().map(range -> part(range, page.next())).toList();
    pagesLeft.acquire();
    try {
      readings.read(parts);
    } catch (RuntimeException | Error notHandedOver) {
      pagesLeft.release();
      throw notHandedOver;
    }
    read.forEach(range -> range.next = Math.min(page.next(), range.to));
  }

  private static Part part(Range range, long pageEnd) {
    return new Part(
        range.follower, range.entries, Math.min(pageEnd, range.to), pageEnd >= range.to);
  }

  private void show(ConsumerRecord<byte[], byte[]> record, List<Range> concerned) {
    if (concerned.isEmpty()) {
      return;
    }
    switch (SalesLogCodec.decode(record.key(), record.value())) {
      case Decoded.Readable readable -> {
        Located read = new Located(record.offset(), record.timestamp(), readable.entry());
        concerned.forEach(range -> range.entries.add(read));
      }
      case Decoded.Unreadable voided -> {}
      case Decoded.Unknown unknown -> {
        String why = TailedPartition.describe(record, unknown);
        concerned.forEach(range -> fail(range, true, why));
      }
    }
  }

  private void fail(Range range, boolean fatal, String why) {
    readings.failed(range.follower, fatal, why);
    range.failed = true;
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
