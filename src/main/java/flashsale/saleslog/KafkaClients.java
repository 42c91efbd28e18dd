package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Opens Kafka's clients, each set for its one use. Opening needs no broker, but it throws when no
 * name in the bootstrap servers can be resolved.
 */
final class KafkaClients {
  /** A broker that does not answer a request for this long is asked again, or another one. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

  /** A broker that came back is found again within this time. */
  private static final Duration RECONNECT_BACKOFF_MAX = Duration.ofMillis(250);

  /**
   * A broker behind a network that swallows packets is tried again this soon: by default it would
   * be after 10 s, and then 30 s, also when it is back long since.
   */
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(1);

  private static final Duration CONNECT_WITHIN_MAX = Duration.ofSeconds(2);

  /**
   * How long a fetch waits for the first record. A partition joins only with the next fetch, so
   * this is also what a new follower may wait; a record that arrives ends the wait at once.
   */
  private static final Duration FETCH_WAIT_MAX = Duration.ofMillis(20);

  /**
   * Also how long a client waits before it asks again about a partition whose leader it does not
   * know yet. The default is 100 ms.
   */
  private static final long RETRY_BACKOFF_MS = 20;

  private static final Duration CLOSE_WITHIN = Duration.ofMillis(100);
  private static final AtomicLong opened = new AtomicLong();

  private KafkaClients() {}

  /** Two clients of one process never share a name: Kafka registers metrics by it. */
  private static String named(String use) {
    return "flashsale-" + use + "-" + opened.incrementAndGet();
  }

  /** Sends every record at once, in order, each exactly once as far as one producer can promise. */
  static Producer<byte[], byte[]> producer(Settings.Kafka settings) {
    long deliveryMs = settings.deliveryTimeout().toMillis();
    return new KafkaProducer<>(
        Map.ofEntries(
            Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers()),
            Map.entry(ProducerConfig.CLIENT_ID_CONFIG, named("append")),
            Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
            Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
            Map.entry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5),
            Map.entry(ProducerConfig.LINGER_MS_CONFIG, 0),
            Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) deliveryMs),
            Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Math.max(1, deliveryMs / 2)),
            Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.max(1, deliveryMs / 4)),
            Map.entry(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, RETRY_BACKOFF_MS),
            Map.entry(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX.toMillis()),
            Map.entry(
                ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX.toMillis()),
            Map.entry(
                ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG,
                CONNECT_WITHIN.toMillis()),
            Map.entry(
                ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG,
                CONNECT_WITHIN_MAX.toMillis())),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /**
   * Reads assigned partitions from positions given by hand: no group, no stored offsets, and never
   * a position that Kafka picked.
   *
   * @param recordsMax what one poll gives at most
   */
  static Consumer<byte[], byte[]> consumer(Settings.Kafka settings, String name, int recordsMax) {
    return new KafkaConsumer<>(
        Map.ofEntries(
            Map.entry(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers()),
            Map.entry(ConsumerConfig.CLIENT_ID_CONFIG, named(name)),
            Map.entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"),
            Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
            Map.entry(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false),
            Map.entry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, recordsMax),
            Map.entry(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1),
            Map.entry(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) FETCH_WAIT_MAX.toMillis()),
            Map.entry(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis()),
            Map.entry(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, RETRY_BACKOFF_MS),
            Map.entry(ConsumerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX.toMillis()),
            Map.entry(
                ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_BACKOFF_MAX.toMillis()),
            Map.entry(
                ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG,
                CONNECT_WITHIN.toMillis()),
            Map.entry(
                ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG,
                CONNECT_WITHIN_MAX.toMillis())),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Asks and administers; a question that no broker answered within that time fails. */
  static Admin admin(Settings.Kafka settings, Duration answerWithin) {
    int answerWithinMs = (int) answerWithin.toMillis();
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            settings.bootstrapServers(),
            AdminClientConfig.CLIENT_ID_CONFIG,
            named("ask"),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            Math.max(1, answerWithinMs / 2),
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            answerWithinMs,
            AdminClientConfig.RETRY_BACKOFF_MS_CONFIG,
            RETRY_BACKOFF_MS,
            AdminClientConfig.RETRY_BACKOFF_MAX_MS_CONFIG,
            RECONNECT_BACKOFF_MAX.toMillis(),
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            RECONNECT_BACKOFF_MAX.toMillis(),
            AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG,
            CONNECT_WITHIN.toMillis(),
            AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG,
            CONNECT_WITHIN_MAX.toMillis()));
  }

  /** Does not wait for a broker that may be gone: nothing is stored there. */
  static void close(Consumer<byte[], byte[]> consumer) {
    consumer.close(CloseOptions.timeout(CLOSE_WITHIN));
  }
}
