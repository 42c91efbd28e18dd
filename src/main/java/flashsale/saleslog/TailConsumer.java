package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The tail's Kafka consumer: opened when it is first needed, and again, at the positions reached,
 * after an error. All but {@link #wakeUp()} belongs to the tail's thread.
 */
final class TailConsumer {
  /** Between two polls commands are taken. */
  private static final int RECORDS_MAX = 500;

  private final Settings.Kafka settings;
  private final AtomicBoolean polling = new AtomicBoolean();
  private volatile @Nullable Consumer<byte[], byte[]> consumer;

  TailConsumer(Settings.Kafka settings) {
    this.settings = settings;
  }

  /** Reads on, waiting at most {@code waitMax} for the first record; not at all if told so now. */
  ConsumerRecords<byte[], byte[]> poll(
      Collection<TailedPartition> partitions, Duration waitMax, Collection<?> commands) {
    Consumer<byte[], byte[]> open = open(partitions);
    polling.set(true);
    try {
      return open.poll(commands.isEmpty() ? waitMax : Duration.ZERO);
    } finally {
      polling.set(false);
    }
  }

  /**
   * Ends a wait in {@link #poll} early, by an exception there. Does nothing else: a wake-up without
   * a wait would cost the next one.
   */
  void wakeUp() {
    if (polling.compareAndSet(true, false)) {
      Consumer<byte[], byte[]> asleep = consumer;
      if (asleep != null) {
        asleep.wakeup();
      }
    }
  }

  /** Reads {@code added} too, from its position on. */
  void add(TailedPartition added, Collection<TailedPartition> partitions) {
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      assign(open, partitions);
      open.seek(added.partition(), added.position());
    }
  }

  /** Reads only these from now on, each from where it is. */
  void retain(Collection<TailedPartition> partitions) {
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      assign(open, partitions);
    }
  }

  private Consumer<byte[], byte[]> open(Collection<TailedPartition> partitions) {
    Consumer<byte[], byte[]> open = consumer;
    if (open == null) {
      open = KafkaClients.consumer(settings, "tail", RECORDS_MAX);
      consumer = open;
      assign(open, partitions);
      for (TailedPartition partition : partitions) {
        open.seek(partition.partition(), partition.position());
      }
    }
    return open;
  }

  private static void assign(
      Consumer<byte[], byte[]> open, Collection<TailedPartition> partitions) {
    Collection<TopicPartition> all = partitions.stream().map(TailedPartition::partition).toList();
    open.assign(all);
  }

  /** The next poll opens it again. */
  void close() {
    Consumer<byte[], byte[]> open = consumer;
    consumer = null;
    if (open != null) {
      KafkaClients.close(open);
    }
  }
}
