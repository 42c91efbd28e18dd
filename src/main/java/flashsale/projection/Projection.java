package flashsale.projection;

import flashsale.config.Settings;
import flashsale.model.Partitions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.kafka.ConsumerSettings;
import org.apache.pekko.kafka.Subscriptions;
import org.apache.pekko.kafka.javadsl.Consumer;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.RestartSettings;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RestartSource;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds the sales log into orders, storing a partition's position in the same transaction as its
 * rows.
 *
 * <p>A crash can therefore neither skip a record nor store one twice, and Kafka's own offsets do
 * not matter. Several nodes share the partitions. Whatever fails is tried again from the stored
 * positions, with a growing pause, for ever; only what no later try can mend halts its partition
 * with an alarm ({@link #halted}) while the others go on.
 */
public final class Projection {
  private static final Logger log = LoggerFactory.getLogger(Projection.class);

  /**
   * How soon the partitions of a node that died go to another, and the least that a broker allows
   * by default. Taking one from a node that lives does no harm: the position's compare-and-set
   * decides.
   */
  private static final Duration SESSION = Duration.ofSeconds(6);

  /**
   * Partitions folded at a time, far above what there are: a halted one counts until the next
   * restart, also after its partition went to another node.
   */
  private static final int FOLDS_MAX = 1 << 14;

  private static final Duration TOPIC_LOOKED_UP_EVERY = Duration.ofSeconds(5);

  private final ActorSystem<?> system;
  private final Settings settings;
  private final Partitions partitions;
  private final OrderStore store;
  private final LogBounds bounds;
  private final Map<Integer, Long> starts = new ConcurrentHashMap<>();
  private final Map<Integer, String> halted = new ConcurrentHashMap<>();
  private volatile Consumer.Control consumer = Consumer.createNoopControl();

  /** The projection at work. */
  public interface Running {
    /**
     * Takes no more records; completes when the partitions are free for other nodes. A transaction
     * under way ends or rolls back by itself.
     */
    CompletionStage<Done> stop();

    /** Partitions of this node that went no further, and why; an operator has to look. */
    Map<Integer, String> halted();
  }

  private Projection(ActorSystem<?> system, Settings settings, Database database) {
    this.system = system;
    this.settings = settings;
    this.partitions = new Partitions(settings.kafka().partitions());
    this.store = new OrderStore(database);
    this.bounds = new LogBounds(settings.kafka());
  }

  /** Starts at once, whether Kafka and Postgres are up or not. */
  public static Running start(ActorSystem<?> system, Settings settings, Database database) {
    return new Projection(system, settings, database).run();
  }

  private Running run() {
    Pair<UniqueKillSwitch, CompletionStage<Done>> stream =
        RestartSource.onFailuresWithBackoff(restarts(), this::foldAllPartitions)
            .viaMat(KillSwitches.single(), Keep.right())
            .toMat(Sink.ignore(), Keep.both())
            .run(system);
    return new Running() {
      @Override
      public CompletionStage<Done> stop() {
        stream.first().shutdown();
        return stream
            .second()
            .thenCompose(done -> consumer.isShutdown())
            .whenComplete((done, failure) -> bounds.close());
      }

      @Override
      public Map<Integer, String> halted() {
        return Map.copyOf(halted);
      }
    };
  }

  private RestartSettings restarts() {
    Settings.Projection limits = settings.projection();
    return RestartSettings.create(limits.backoffMin(), limits.backoffMax(), 0.2)
        // Without end; the pause begins anew only after it went well for longer than any pause.
        .withMaxRestarts(Integer.MAX_VALUE, limits.backoffMax().multipliedBy(2));
  }

  private Source<Long, NotUsed> foldAllPartitions() {
    return Consumer.plainPartitionedManualOffsetSource(
            consumerSettings(),
            Subscriptions.topics(settings.kafka().topic()),
            this::startsOf,
            this::forget)
        .mapMaterializedValue(this::remember)
        .flatMapMerge(
            FOLDS_MAX, assigned -> foldPartition(assigned.first().partition(), assigned.second()));
  }

  private NotUsed remember(Consumer.Control control) {
    consumer = control;
    return NotUsed.getInstance();
  }

  private ConsumerSettings<byte[], byte[]> consumerSettings() {
    return ConsumerSettings.create(system, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .withBootstrapServers(settings.kafka().bootstrapServers())
        .withGroupId(settings.kafka().topic() + ".projection")
        // Nothing is committed to Kafka, so there is nothing to wait for.
        .withStopTimeout(Duration.ZERO)
        .withProperties(
            Map.of(
                // The consumer polls once before it is told where to begin, and "none" would end
                // it there. A place that it chose itself is refused by the fold: offsets leave no
                // gap.
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false",
                ConsumerConfig.METADATA_MAX_AGE_CONFIG, ms(TOPIC_LOOKED_UP_EVERY),
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, ms(SESSION),
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, ms(SESSION.dividedBy(3))));
  }

  private static String ms(Duration duration) {
    return Long.toString(duration.toMillis());
  }

  /** Where to begin with the partitions that this node was just given: where Postgres says. */
  private CompletionStage<Map<TopicPartition, Object>> startsOf(Set<TopicPartition> assigned) {
    return store
        .positions()
        .thenCombine(
            bounds.of(assigned),
            (positions, inLog) -> {
              Map<TopicPartition, Object> offsets = new HashMap<>();
              inLog.forEach((partition, range) -> {
                long position = positions.getOrDefault(partition.partition(), 0L);
                offsets.put(partition, startOf(partition.partition(), position, range));
              });
              return offsets;
            });
  }

  /** Other nodes have them now. */
  private void forget(Set<TopicPartition> revoked) {
    revoked.forEach(partition -> halted.remove(partition.partition()));
  }

  /** The position; or, when the log does not reach there, any place in it, never to be read. */
  private long startOf(int partition, long position, LogBounds.Bounds inLog) {
    if (inLog.contain(position)) {
      starts.put(partition, position);
      halted.remove(partition);
      return position;
    }
    starts.remove(partition);
    alarm(
        partition,
        position,
        "outside the log (expected: " + inLog.first() + " to " + inLog.end() + ")");
    return inLog.end();
  }

  private Source<Long, NotUsed> foldPartition(
      int partition, Source<ConsumerRecord<byte[], byte[]>, NotUsed> records) {
    Long start = starts.get(partition);
    if (start == null) {
      return Source.never();
    }
    return records
        // The next ones are read while these are being stored.
        .map(Projection::logRecord)
        .groupedWeightedWithin(
            settings.projection().bytesPerTransactionMax(),
            LogRecord::weight,
            settings.projection().transactionsApart())
        .keepAlive(settings.projection().positionCheckedEvery(), List::of)
        .scanAsync(start, (position, some) -> fold(partition, position, some));
  }

  private static LogRecord logRecord(ConsumerRecord<byte[], byte[]> record) {
    return new LogRecord(record.offset(), record.timestamp(), record.key(), record.value());
  }

  private CompletionStage<Long> fold(int partition, long position, List<LogRecord> records) {
    if (records.isEmpty()) {
      return store.check(partition, position);
    }
    BatchFold batch =
        BatchFold.of(position, records, activity -> partitions.of(activity) == partition);
    warnOf(partition, batch.quarantined());
    CompletionStage<Long> stored = store.store(partition, position, batch);
    return batch
        .halt()
        .map(halt -> stored.thenCompose(next -> halt(partition, halt)))
        .orElse(stored);
  }

  /** The stage never completes, so the partition is read no further. */
  private CompletionStage<Long> halt(int partition, BatchFold.Halt halt) {
    alarm(partition, halt.offset(), halt.what());
    return new CompletableFuture<>();
  }

  private static void warnOf(int partition, List<BatchFold.Quarantined> quarantined) {
    for (BatchFold.Quarantined one : quarantined) {
      log.atError()
          .addKeyValue("partition", partition)
          .addKeyValue("offset", one.record().offset())
          .addKeyValue("why", one.why())
          .log("record quarantined: nobody can read it");
    }
  }

  private void alarm(int partition, long offset, String why) {
    halted.put(partition, "offset " + offset + ": " + why);
    log.atError()
        .addKeyValue("partition", partition)
        .addKeyValue("offset", offset)
        .addKeyValue("why", why)
        .log("projection halted: this partition is folded no further until an operator acts");
  }
}
