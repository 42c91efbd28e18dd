package flashsale.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import flashsale.fuzz.Mutation;
import flashsale.ledger.Entry;
import flashsale.ledger.Writer;
import flashsale.local.KafkaProcess;
import flashsale.local.PostgresProcess;
import flashsale.local.ServerProcess;
import flashsale.model.ActivityId;
import flashsale.saleslog.Decoded;
import flashsale.saleslog.SalesLogCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectionIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final int PARTITIONS = 3;
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final ActivityId SOCKS = new ActivityId("socks");
  private static final Writer FIRST = new Writer(1, 11);
  private static final Writer SECOND = new Writer(2, 22);
  private static final AtomicInteger TOPICS = new AtomicInteger();

  @TempDir static Path directory;
  static PostgresFixture postgres;
  static KafkaProcess kafka;
  static KafkaProducer<byte[], byte[]> producer;
  static ActorSystem<Void> system;

  private final List<Projection.Running> running = new ArrayList<>();
  private String topic;
  private Settings settings;

  @BeforeAll
  static void startServers() {
    postgres = PostgresFixture.start(directory);
    kafka =
        KafkaProcess.start(
            directory.resolve("kafka"), ServerProcess.freePort(), directory.resolve("kafka.log"));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    system = ActorSystem.create(Behaviors.empty(), "projection", ConfigFactory.load());
  }

  @AfterAll
  static void stopServers() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    producer.close(Duration.ofSeconds(1));
    kafka.close();
    postgres.close();
  }

  @BeforeEach
  void createTopic() throws Exception {
    topic = "sales-" + TOPICS.incrementAndGet();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topic, PARTITIONS, (short) 1)
                      .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
    settings =
        PostgresFixture.settings(
            postgres.process().port(),
            postgres.process().password(),
            "flashsale.kafka { bootstrap-servers = \"%s\", topic = %s, partitions = %d }"
                .formatted(kafka.bootstrapServers(), topic, PARTITIONS),
            "flashsale.projection.backoff-max = 1 s");
  }

  @AfterEach
  void stopProjections() throws Exception {
    for (Projection.Running one : running) {
      stop(one);
    }
    postgres.clear();
  }

  private Projection.Running start() {
    Projection.Running one = Projection.start(system, settings, postgres.database());
    running.add(one);
    return one;
  }

  private static void stop(Projection.Running one) throws Exception {
    one.stop().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private long append(int partition, ActivityId activity, Entry entry) throws Exception {
    return append(partition, activity, SalesLogCodec.encode(entry));
  }

  private long append(int partition, ActivityId activity, byte[] value) throws Exception {
    return producer
        .send(new ProducerRecord<>(topic, partition, SalesLogCodec.encodeKey(activity), value))
        .get(20, TimeUnit.SECONDS)
        .offset();
  }

  private static void awaitOrders(String... expected) {
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(
                    postgres.rows(
                        "select activity_id, sequence, user_id from orders order by activity_id, sequence"))
                .containsExactly(expected));
  }

  private static void awaitPositions(String... expected) {
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(
                    postgres.rows(
                        "select partition, next_offset from sales_log_positions order by partition"))
                .containsExactly(expected));
  }

  @Test
  void recordsBecomeRowsAndARestartGoesOnExactlyThere() throws Exception {
    append(0, SHOES, new Entry.EpochOpened(FIRST, 10));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "ann", "bob"));
    Projection.Running first = start();
    awaitOrders("shoes 1 ann", "shoes 2 bob");
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 2, "cem"));
    awaitOrders("shoes 1 ann", "shoes 2 bob", "shoes 3 cem");
    stop(first);

    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 2, "cem"));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 3, "dee"));
    append(2, SOCKS, new Entry.EpochOpened(SECOND, 1));
    append(2, SOCKS, PartitionLog.soldEntry(SOCKS, SECOND, 1, "ann"));
    start();

    awaitOrders("shoes 1 ann", "shoes 2 bob", "shoes 3 cem", "shoes 4 dee", "socks 1 ann");
    awaitPositions("0 5", "2 2");
    assertThat(postgres.rows("select * from conflicts")).isEmpty();
    assertThat(
            postgres.rows(
                "select count(*) from orders where confirmed_at between now() - interval '5 min' and now() + interval '5 s'"))
        .containsExactly("5");
  }

  @Test
  void aRecordThatNobodyCanReadStopsNothing() throws Exception {
    append(0, SHOES, new Entry.EpochOpened(FIRST, 10));
    append(0, SHOES, new byte[] {9, 9, 9});
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "ann"));

    start();

    awaitOrders("shoes 1 ann");
    assertThat(postgres.rows("select partition, record_offset from quarantine"))
        .containsExactly("0 1");
  }

  @Test
  void hundredsOfHarmedRecordsStopNothing() throws Exception {
    Random random = new Random(42);
    byte[] key = SalesLogCodec.encodeKey(SHOES);
    byte[] good = SalesLogCodec.encode(PartitionLog.soldEntry(SHOES, FIRST, 1, "bob"));
    append(0, SHOES, new Entry.EpochOpened(FIRST, 10));
    List<byte[]> harmed =
        Stream.generate(() -> Mutation.harmed(random, good))
            .filter(value -> SalesLogCodec.decode(key, value) instanceof Decoded.Unreadable)
            .limit(300)
            .toList();
    for (byte[] value : harmed) {
      var unused = producer.send(new ProducerRecord<>(topic, 0, key, value));
    }
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "ann"));

    start();

    awaitOrders("shoes 1 ann");
    awaitPositions("0 302");
    assertThat(postgres.rows("select count(*) from quarantine")).containsExactly("300");
  }

  @Test
  void anUnknownVersionHaltsItsPartitionAlone() throws Exception {
    append(0, SHOES, new Entry.EpochOpened(FIRST, 10));
    append(0, SHOES, PartitionLog.version2());
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "ann"));
    Projection.Running first = start();
    await().atMost(SOON).until(first::halted, halted -> halted.containsKey(0));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "bob"));

    append(2, SOCKS, new Entry.EpochOpened(FIRST, 10));
    append(2, SOCKS, PartitionLog.soldEntry(SOCKS, FIRST, 1, "cem"));

    awaitOrders("socks 1 cem");
    awaitPositions("0 1", "2 2");
    assertThat(first.halted()).containsExactly(Map.entry(0, "offset 1: version: 2 (expected: 1)"));
    stop(first);

    Projection.Running second = start();
    await().atMost(SOON).until(second::halted, halted -> halted.containsKey(0));
    awaitPositions("0 1", "2 2");
  }

  @Test
  void aPositionOutsideTheLogHaltsItsPartitionAlone() throws Exception {
    append(0, SHOES, new Entry.EpochOpened(FIRST, 10));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "ann"));
    postgres.execute("insert into sales_log_positions values (0, 3)");

    Projection.Running one = start();
    append(2, SOCKS, new Entry.EpochOpened(FIRST, 10));
    append(2, SOCKS, PartitionLog.soldEntry(SOCKS, FIRST, 1, "cem"));

    awaitOrders("socks 1 cem");
    assertThat(one.halted())
        .containsExactly(Map.entry(0, "offset 3: outside the log (expected: 0 to 2)"));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 2, "bob"));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 3, "dee"));
    append(2, SOCKS, PartitionLog.soldEntry(SOCKS, FIRST, 2, "eve"));
    awaitOrders("socks 1 cem", "socks 2 eve");
    awaitPositions("0 3", "2 3");
  }

  @Test
  void twoNodesShareThePartitionsAndOneTakesOverWhenTheOtherStops() throws Exception {
    Projection.Running first = start();
    start();
    List<String> expected = new ArrayList<>();
    append(0, SHOES, new Entry.EpochOpened(FIRST, 1000));
    append(2, SOCKS, new Entry.EpochOpened(FIRST, 1000));
    for (int seq = 1; seq <= 40; seq++) {
      append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, seq, "user-" + seq));
      append(2, SOCKS, PartitionLog.soldEntry(SOCKS, FIRST, seq, "user-" + seq));
      expected.add("shoes " + seq + " user-" + seq);
      if (seq == 20) {
        stop(first);
      }
    }
    for (int seq = 1; seq <= 40; seq++) {
      expected.add("socks " + seq + " user-" + seq);
    }

    awaitOrders(expected.toArray(String[]::new));
    assertThat(postgres.rows("select * from conflicts")).isEmpty();
  }

  @Test
  void goesOnAfterPostgresWasKilled() throws Exception {
    append(0, SHOES, new Entry.EpochOpened(FIRST, 10));
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 1, "ann"));
    start();
    awaitOrders("shoes 1 ann");
    postgres.process().process().kill();
    append(0, SHOES, PartitionLog.soldEntry(SHOES, FIRST, 2, "bob"));

    try (PostgresProcess again =
        PostgresProcess.start(
            directory.resolve("postgres"),
            postgres.process().port(),
            directory.resolve("postgres.log"))) {
      assertThat(again.password()).isEqualTo(postgres.process().password());
      awaitOrders("shoes 1 ann", "shoes 2 bob");
      stopProjections();
    } finally {
      postgres.close();
      postgres = PostgresFixture.start(directory);
    }
  }
}
