package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of any partition from any offset: a Kafka consumer that is opened when it is first
 * needed. For one thread.
 */
final class RangeConsumer implements RangeReader.Pages {
  /** As many small records as a fetch brings; the rest of it would be fetched again. */
  private static final int RECORDS_MAX = 5_000;

  private static final Duration POLL = Duration.ofMillis(200);

  private final Settings.Kafka settings;
  private @Nullable Consumer<byte[], byte[]> consumer;
  private @Nullable TopicPartition assigned;
  private long position;

  RangeConsumer(Settings.Kafka settings) {
    this.settings = settings;
  }

  @Override
  public RangeReader.Page read(TopicPartition partition, long from) {
    Consumer<byte[], byte[]> open = consumer;
    if (open == null) {
      open = KafkaClients.consumer(settings, "range", RECORDS_MAX);
      consumer = open;
    }
    if (!partition.equals(assigned)) {
      open.assign(List.of(partition));
      assigned = partition;
      position = -1;
    }
    if (position != from) {
      open.seek(partition, from);
      position = from;
    }
    ConsumerRecords<byte[], byte[]> polled = open.poll(POLL);
    OffsetAndMetadata next = polled.nextOffsets().get(partition);
    position = next == null ? from : next.offset();
    List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
    return new RangeReader.Page(records, position);
  }

  /** The next read opens it again. */
  @Override
  public void close() {
    Consumer<byte[], byte[]> open = consumer;
    consumer = null;
    assigned = null;
    if (open != null) {
      KafkaClients.close(open);
    }
  }
}
