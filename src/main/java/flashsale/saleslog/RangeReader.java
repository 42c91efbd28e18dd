package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Reads what a new follower missed, with a short-lived consumer on a thread of its own, so that a
 * long range does not hold up the tail.
 */
final class RangeReader implements AutoCloseable {
  private static final int THREADS = 2;

  /** Ranges waiting for a thread. One more ends its following, not fatally. */
  private static final int RANGES_QUEUED_MAX = 10_000;

  /** Parts read and not yet given to a follower. At the limit reading waits. */
  private static final int PARTS_UNDER_WAY_MAX = 8;

  private static final Duration POLL = Duration.ofMillis(200);

  /** A range in which nothing could be read for this long ends its following, not fatally. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Receives what was read; called by the reader's threads. */
  interface Readings {
    /**
     * The next entries of the range, in order, all there are before {@code nextOffset}; {@code
     * last}: the range ends there.
     */
    void part(Follower follower, List<Located> entries, long nextOffset, boolean last);

    /** The range cannot be read on. */
    void failed(Follower follower, boolean fatal, String why);
  }

  private final Settings.Kafka settings;
  private final Readings readings;
  private final Semaphore partsLeft = new Semaphore(PARTS_UNDER_WAY_MAX);
  private final ThreadPoolExecutor threads;

  RangeReader(Settings.Kafka settings, Readings readings) {
    this.settings = settings;
    this.readings = readings;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(RANGES_QUEUED_MAX),
            Thread.ofPlatform().name("sales-log-range-", 1).daemon().factory());
  }

  /** Reads {@code from} (inclusive) up to {@code to} (exclusive) for the follower. */
  void read(Follower follower, long from, long to) {
    try {
      threads.execute(() -> readOrFail(follower, from, to));
    } catch (RejectedExecutionException e) {
      readings.failed(
          follower, false, "ranges queued: more (expected: <= " + RANGES_QUEUED_MAX + ")");
    }
  }

  /** A part has been given to its follower. */
  void partDelivered() {
    partsLeft.release();
  }

  private void readOrFail(Follower follower, long from, long to) {
    TopicPartition partition = follower.partition();
    try {
      readAside(follower, from, to);
    } catch (InvalidOffsetException e) {
      readings.failed(follower, true, partition + ": offset " + from + " is outside the log");
    } catch (InterruptedException | InterruptException e) {
      readings.failed(follower, false, "the sales log is closed");
    } catch (RuntimeException e) {
      readings.failed(follower, false, "reading " + partition + " from " + from + ": " + e);
    }
  }

  private void readAside(Follower follower, long from, long to) throws InterruptedException {
    Consumer<byte[], byte[]> consumer = KafkaClients.consumer(settings, "range");
    try {
      consumer.assign(List.of(follower.partition()));
      consumer.seek(follower.partition(), from);
      read(consumer, follower, from, to);
    } finally {
      KafkaClients.close(consumer);
    }
  }

  private void read(Consumer<byte[], byte[]> consumer, Follower follower, long from, long to)
      throws InterruptedException {
    long position = from;
    long progressedAt = System.nanoTime();
    while (position < to && !follower.hasEnded()) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      OffsetAndMetadata next = records.nextOffsets().get(follower.partition());
      if (next != null && next.offset() > position) {
        position = next.offset();
        progressedAt = System.nanoTime();
        if (!handOver(records, follower, Math.min(position, to), position >= to)) {
          return;
        }
      } else if (System.nanoTime() - progressedAt > PATIENCE.toNanos()) {
        readings.failed(
            follower, false, follower.partition() + ": nothing read within " + PATIENCE);
        return;
      }
    }
  }

  /** Answers whether the fold may go on. */
  private boolean handOver(
      ConsumerRecords<byte[], byte[]> records, Follower follower, long nextOffset, boolean last)
      throws InterruptedException {
    List<Located> entries = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records.records(follower.partition())) {
      if (record.offset() >= nextOffset || !concerns(record, follower)) {
        continue;
      }
      switch (SalesLogCodec.decode(record.key(), record.value())) {
        case Decoded.Readable readable ->
            entries.add(new Located(record.offset(), record.timestamp(), readable.entry()));
        case Decoded.Unreadable voided -> {}
        case Decoded.Unknown unknown -> {
          readings.failed(follower, true, TailedPartition.describe(record, unknown));
          return false;
        }
      }
    }
    partsLeft.acquire();
    readings.part(follower, entries, nextOffset, last);
    return true;
  }

  /** A record whose key names no activity may concern anyone. */
  private static boolean concerns(ConsumerRecord<byte[], byte[]> record, Follower follower) {
    return SalesLogCodec.decodeKey(record.key()).map(follower.activity()::equals).orElse(true);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
