package flashsale.saleslog;

import flashsale.config.Settings;
import flashsale.local.KafkaProcess;
import flashsale.local.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A broker of a test class's own, and topics on it, each with a name of its own. */
final class KafkaFixture implements AutoCloseable {
  /** Of a test about a broker that is away; the others wait for a busy machine. */
  static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(3);

  private static final Duration DELIVERY_PATIENCE = Duration.ofSeconds(60);
  private static final int ANSWER_SECONDS = 20;

  private final Path folder;
  private final int port = ServerProcess.freePort();
  private KafkaProcess kafka;

  KafkaFixture(Path folder) {
    this.folder = folder;
    this.kafka = start();
  }

  private KafkaProcess start() {
    return KafkaProcess.start(folder.resolve("kafka"), port, folder.resolve("kafka.log"));
  }

  void kill() {
    kafka.process().kill();
  }

  void restart() {
    kafka = start();
  }

  Settings.Kafka newTopic(int partitions) throws Exception {
    Settings.Kafka settings = settings("sales-" + UUID.randomUUID(), partitions);
    SalesLogTopic.ensure(settings).toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    return settings;
  }

  /** Of a topic that need not be there. */
  Settings.Kafka settings(String topic, int partitions) {
    return settings(port, topic, partitions);
  }

  static Settings.Kafka settings(int port, String topic, int partitions) {
    return new Settings.Kafka(
        "127.0.0.1:" + port, topic, partitions, 1, 1, Duration.ofDays(90), DELIVERY_PATIENCE);
  }

  static Settings.Kafka deliveringWithin(Duration timeout, Settings.Kafka like) {
    return new Settings.Kafka(
        like.bootstrapServers(),
        like.topic(),
        like.partitions(),
        like.replicationFactor(),
        like.minInsyncReplicas(),
        like.retention(),
        timeout);
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  /** Appends bytes that need not be a record of ours; returns their offset. */
  long put(Settings.Kafka settings, byte @Nullable [] key, byte @Nullable [] value)
      throws Exception {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      return producer
          .send(new ProducerRecord<>(settings.topic(), 0, key, value))
          .get(ANSWER_SECONDS, TimeUnit.SECONDS)
          .offset();
    }
  }

  /** The same key for each of the values; returns when all are in the log. */
  void putAll(Settings.Kafka settings, byte[] key, List<byte[]> values) throws Exception {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (byte[] value : values) {
        sent.add(producer.send(new ProducerRecord<>(settings.topic(), 0, key, value)));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  @Override
  public void close() {
    kafka.close();
  }
}
