package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.config.Settings;
import flashsale.fuzz.Mutation;
import flashsale.ledger.Entry;
import flashsale.local.ServerProcess;
import flashsale.model.ActivityId;
import flashsale.v1.SalesLogRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaSalesLogIT {
  private static final ActivityId SALE = new ActivityId("sale");
  private static final ActivityId OTHER = new ActivityId("other");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How soon everything goes on when Kafka is back, however long it was away. */
  private static final Duration BACK_WITHIN = Duration.ofSeconds(5);

  @TempDir static Path folder;
  private static KafkaFixture kafka;

  @BeforeAll
  static void start() {
    kafka = new KafkaFixture(folder);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void keepsTheOrderOfOneThreadsAppends() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      List<CompletionStage<Long>> appends =
          LongStream.rangeClosed(1, 2000)
              .mapToObj(seq -> log.append(SALE, Samples.sold(SALE, seq)))
              .toList();
      Recorded recorded = new Recorded();

      log.follow(SALE, 0, recorded);

      await().atMost(PATIENCE).until(() -> recorded.entries.size() >= 2000);
      assertThat(recorded.seqs()).isEqualTo(LongStream.rangeClosed(1, 2000).boxed().toList());
      List<Long> acked = new ArrayList<>();
      for (CompletionStage<Long> append : appends) {
        acked.add(offsetOf(append));
      }
      assertThat(recorded.offsets()).isEqualTo(acked);
    }
  }

  @Test
  void givesFollowersThatJoinAtAnyMomentEverythingWithoutAGap() throws Exception {
    int appends = 6000;
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      List<Long> from = new ArrayList<>();
      List<Recorded> followers = new ArrayList<>();
      List<CompletionStage<Long>> acks = new ArrayList<>();

      for (int i = 1; i <= appends; i++) {
        ActivityId activity = i % 3 == 0 ? OTHER : SALE;
        CompletionStage<Long> ack = log.append(activity, Samples.sold(activity, i));
        if (activity.equals(SALE)) {
          acks.add(ack);
        }
        if (i % 500 == 0) {
          // Every second one from what is just being written, the others from the beginning.
          from.add(i % 1000 == 0 ? offsetOf(ack) : 0L);
          followers.add(new Recorded());
          log.follow(SALE, from.getLast(), followers.getLast());
        }
      }

      List<Long> offsets = new ArrayList<>();
      for (CompletionStage<Long> ack : acks) {
        offsets.add(offsetOf(ack));
      }
      for (int i = 0; i < followers.size(); i++) {
        long start = from.get(i);
        Recorded follower = followers.get(i);
        List<Long> expected = offsets.stream().filter(offset -> offset >= start).toList();
        await().atMost(PATIENCE).until(() -> follower.entries.size() >= expected.size());
        assertThat(follower.offsets()).isEqualTo(expected);
        assertThat(follower.failures).isEmpty();
      }
    }
  }

  @Test
  void keepsTwoActivitiesOfOnePartitionApart() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      Recorded sale = new Recorded();
      Recorded other = new Recorded();
      log.follow(SALE, 0, sale);
      log.follow(OTHER, 0, other);

      log.append(SALE, Samples.sold(SALE, 1));
      log.append(OTHER, Samples.sold(OTHER, 2));
      log.append(SALE, Samples.sold(SALE, 3));
      offsetOf(log.append(OTHER, Samples.sold(OTHER, 4)));

      await().atMost(PATIENCE).until(() -> sale.entries.size() + other.entries.size() >= 4);
      assertThat(sale.seqs()).containsExactly(1L, 3L);
      assertThat(other.seqs()).containsExactly(2L, 4L);
    }
  }

  @Test
  void tellsHowFarItReadOverOthersRecords() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      for (int seq = 1; seq <= 1200; seq++) {
        offsetOf(log.append(OTHER, Samples.sold(OTHER, seq)));
      }
      Recorded missed = new Recorded();
      Recorded other = new Recorded();
      log.follow(OTHER, 1200, other);
      await().atMost(PATIENCE).until(() -> !other.fresh.isEmpty());

      log.follow(SALE, 0, missed);
      await().atMost(PATIENCE).until(() -> missed.scanned.contains(1200L));
      offsetOf(log.append(OTHER, Samples.sold(OTHER, 1201)));

      await().atMost(PATIENCE).until(() -> missed.scanned.contains(1201L));
      assertThat(missed.scanned).isSorted().doesNotHaveDuplicates();
      assertThat(other.scanned).isEmpty();
      assertThat(missed.entries).isEmpty();
    }
  }

  @Test
  void tellsTheLogsOwnTimeAndThatItIsFresh() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(4))) {
      Recorded recorded = new Recorded();
      long before = System.currentTimeMillis();
      offsetOf(log.append(SALE, Samples.sold(SALE, 1)));
      long after = System.currentTimeMillis();

      log.follow(SALE, 0, recorded);

      await().atMost(PATIENCE).until(() -> recorded.isFreshSince(after));
      assertThat(recorded.entries).hasSize(1);
      assertThat(recorded.entries.getFirst().timestampMs()).isBetween(before, after);
    }
  }

  @Test
  void skipsRecordsThatNobodyCanRead() throws Exception {
    Settings.Kafka settings = kafka.newTopic(1);
    byte[] key = SalesLogCodec.encodeKey(SALE);
    byte[] value = SalesLogCodec.encode(Samples.sold(SALE, 1));
    try (KafkaSalesLog log = open(settings)) {
      Recorded live = new Recorded();
      log.follow(SALE, 0, live);
      await().atMost(PATIENCE).until(() -> !live.fresh.isEmpty());

      kafka.put(settings, key, new byte[] {1, 2, 3, -4});
      kafka.put(settings, key, null);
      kafka.put(settings, null, value);
      kafka.put(settings, new byte[] {-1, -2}, value);
      kafka.put(settings, key, value);

      Recorded later = new Recorded();
      log.follow(SALE, 0, later);
      await().atMost(PATIENCE).until(() -> !live.entries.isEmpty() && !later.entries.isEmpty());
      assertThat(live.offsets()).containsExactly(4L);
      assertThat(later.offsets()).containsExactly(4L);
      assertThat(live.failures).isEmpty();
      assertThat(later.failures).isEmpty();
    }
  }

  @Test
  void hundredsOfHarmedRecordsEndNothing() throws Exception {
    Settings.Kafka settings = kafka.newTopic(1);
    try (KafkaSalesLog log = open(settings)) {
      Recorded live = new Recorded();
      log.follow(SALE, 0, live);
      await().atMost(PATIENCE).until(() -> !live.fresh.isEmpty());
      List<byte[]> harmed = harmed(400);

      kafka.putAll(settings, SalesLogCodec.encodeKey(SALE), harmed);
      long last = offsetOf(log.append(SALE, Samples.sold(SALE, 7)));

      Recorded later = new Recorded();
      log.follow(SALE, 0, later);
      await()
          .atMost(PATIENCE)
          .until(() -> live.offsets().contains(last) && later.offsets().contains(last));
      assertThat(last).isEqualTo(harmed.size());
      assertThat(live.offsets()).containsExactly(last);
      assertThat(later.offsets()).containsExactly(last);
      assertThat(live.failures).isEmpty();
      assertThat(later.failures).isEmpty();
    }
  }

  /** Records that nobody can read; those that became good ones or others by chance are left out. */
  private static List<byte[]> harmed(int count) {
    Random random = new Random(42);
    byte[] key = SalesLogCodec.encodeKey(SALE);
    return Stream.generate(
            () -> Mutation.harmed(random, SalesLogCodec.encode(Samples.sold(SALE, 1))))
        .filter(value -> SalesLogCodec.decode(key, value) instanceof Decoded.Unreadable)
        .limit(count)
        .toList();
  }

  @Test
  void endsTheFollowingsOfAnActivityAtAVersionItDoesNotKnow() throws Exception {
    Settings.Kafka settings = kafka.newTopic(1);
    try (KafkaSalesLog log = open(settings)) {
      Recorded live = new Recorded();
      Recorded other = new Recorded();
      log.follow(SALE, 0, live);
      log.follow(OTHER, 0, other);
      await().atMost(PATIENCE).until(() -> !live.fresh.isEmpty() && !other.fresh.isEmpty());

      kafka.put(settings, SalesLogCodec.encodeKey(SALE), ofVersion2());
      offsetOf(log.append(SALE, Samples.sold(SALE, 1)));
      offsetOf(log.append(OTHER, Samples.sold(OTHER, 2)));
      Recorded later = new Recorded();
      log.follow(SALE, 0, later);

      await().atMost(PATIENCE).until(() -> !later.failures.isEmpty() && !other.entries.isEmpty());
      assertThat(live.entries).isEmpty();
      assertThat(live.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
      assertThat(later.entries).isEmpty();
      assertThat(later.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
      assertThat(later.failures.getFirst().why()).contains("offset 0", "version: 2 (expected: 1)");
      assertThat(other.seqs()).containsExactly(2L);
      assertThat(other.failures).isEmpty();
    }
  }

  @Test
  void endsAllFollowingsOfAPartitionAtAnUnknownVersionOfNobody() throws Exception {
    Settings.Kafka settings = kafka.newTopic(1);
    try (KafkaSalesLog log = open(settings)) {
      Recorded sale = new Recorded();
      Recorded other = new Recorded();
      log.follow(SALE, 0, sale);
      log.follow(OTHER, 0, other);
      await().atMost(PATIENCE).until(() -> !sale.fresh.isEmpty() && !other.fresh.isEmpty());

      kafka.put(settings, "No Activity".getBytes(StandardCharsets.UTF_8), ofVersion2());

      await().atMost(PATIENCE).until(() -> !sale.failures.isEmpty() && !other.failures.isEmpty());
      assertThat(sale.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
      assertThat(other.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
    }
  }

  @Test
  void endsAFollowingThatBeginsOutsideTheLog() throws Exception {
    Settings.Kafka settings = kafka.newTopic(1);
    try (KafkaSalesLog log = open(settings);
        Admin admin = kafka.admin()) {
      for (int seq = 1; seq <= 10; seq++) {
        offsetOf(log.append(SALE, Samples.sold(SALE, seq)));
      }
      admin
          .deleteRecords(
              Map.of(new TopicPartition(settings.topic(), 0), RecordsToDelete.beforeOffset(5)))
          .all()
          .get(20, TimeUnit.SECONDS);
      Recorded below = new Recorded();
      Recorded atStart = new Recorded();
      Recorded atEnd = new Recorded();
      Recorded beyond = new Recorded();

      log.follow(SALE, 4, below);
      log.follow(SALE, 5, atStart);
      log.follow(SALE, 10, atEnd);
      log.follow(SALE, 11, beyond);

      await().atMost(PATIENCE).until(() -> !below.failures.isEmpty() && !beyond.failures.isEmpty());
      assertThat(below.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
      assertThat(beyond.failures).hasSize(1).allMatch(Recorded.Failure::fatal);
      assertThat(beyond.failures.getFirst().why()).contains("offset 11 (expected: 0 to 10)");
      offsetOf(log.append(SALE, Samples.sold(SALE, 11)));
      await().atMost(PATIENCE).until(() -> atStart.entries.size() >= 6 && !atEnd.entries.isEmpty());
      assertThat(atStart.offsets()).containsExactly(5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(atEnd.offsets()).containsExactly(10L);
    }
  }

  @Test
  void givesNothingMoreToOneThatCancelled() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      Recorded cancelled = new Recorded();
      Recorded staying = new Recorded();
      SalesLog.Subscription subscription = log.follow(SALE, 0, cancelled);
      log.follow(SALE, 0, staying);
      offsetOf(log.append(SALE, Samples.sold(SALE, 1)));
      await()
          .atMost(PATIENCE)
          .until(() -> !cancelled.entries.isEmpty() && !staying.entries.isEmpty());

      subscription.cancel();
      offsetOf(log.append(SALE, Samples.sold(SALE, 2)));

      await().atMost(PATIENCE).until(() -> staying.entries.size() >= 2);
      assertThat(cancelled.seqs()).containsExactly(1L);
      assertThat(cancelled.failures).isEmpty();
    }
  }

  @Test
  void followsOnAfterTheLastFollowerLeftAndANewOneCame() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      Recorded first = new Recorded();
      SalesLog.Subscription subscription = log.follow(SALE, 0, first);
      offsetOf(log.append(SALE, Samples.sold(SALE, 1)));
      await().atMost(PATIENCE).until(() -> !first.entries.isEmpty());
      subscription.cancel();
      offsetOf(log.append(SALE, Samples.sold(SALE, 2)));

      Recorded second = new Recorded();
      log.follow(SALE, 1, second);
      await().atMost(PATIENCE).until(() -> !second.fresh.isEmpty());
      offsetOf(log.append(SALE, Samples.sold(SALE, 3)));

      await().atMost(PATIENCE).until(() -> second.entries.size() >= 2);
      assertThat(second.seqs()).containsExactly(2L, 3L);
    }
  }

  @Test
  void goesOnWithTheOthersWhenOneListenerThrows() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      Recorded throwing =
          new Recorded() {
            @Override
            public void onFresh(long asOfMs) {
              throw new IllegalStateException("thrown by a test");
            }
          };
      Recorded other = new Recorded();
      log.follow(SALE, 0, throwing);
      log.follow(SALE, 0, other);

      await().atMost(PATIENCE).until(() -> !throwing.failures.isEmpty());
      offsetOf(log.append(SALE, Samples.sold(SALE, 1)));

      await().atMost(PATIENCE).until(() -> !other.entries.isEmpty());
      assertThat(throwing.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
      assertThat(throwing.entries).isEmpty();
    }
  }

  @Test
  void beginsEveryFollowingAnewWhenTheTailBreaks() throws Exception {
    try (KafkaSalesLog log = open(kafka.newTopic(1))) {
      Recorded breaking =
          new Recorded() {
            @Override
            public void onEntry(long offset, long timestampMs, Entry entry) {
              throw new OutOfMemoryError("thrown by a test");
            }
          };
      Recorded other = new Recorded();
      log.follow(OTHER, 0, other);
      await().atMost(PATIENCE).until(() -> !other.fresh.isEmpty());

      for (int times = 1; times <= 3; times++) {
        assertThat(log.isWorking()).isTrue();
        int before = times;
        log.follow(SALE, 0, breaking);
        offsetOf(log.append(SALE, Samples.sold(SALE, times)));
        await().atMost(PATIENCE).until(() -> breaking.failures.size() >= before);
      }
      Recorded again = new Recorded();
      log.follow(OTHER, 0, again);
      offsetOf(log.append(OTHER, Samples.sold(OTHER, 1)));

      await().atMost(PATIENCE).until(() -> !again.entries.isEmpty());
      assertThat(other.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
      assertThat(breaking.failures).hasSize(3).noneMatch(Recorded.Failure::fatal);
      assertThat(log.isWorking()).isFalse();
    }
  }

  @Test
  void endsAllFollowingsWhenItIsClosed() throws Exception {
    Recorded recorded = new Recorded();
    Recorded afterwards = new Recorded();
    KafkaSalesLog log = open(kafka.newTopic(1));
    log.follow(SALE, 0, recorded);

    log.close();
    log.follow(SALE, 0, afterwards);

    await().until(() -> !recorded.failures.isEmpty() && !afterwards.failures.isEmpty());
    assertThat(recorded.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
    assertThat(afterwards.failures).hasSize(1).noneMatch(Recorded.Failure::fatal);
    assertThat(log.append(SALE, Samples.sold(SALE, 1)).toCompletableFuture()).failsWithin(PATIENCE);
  }

  @Test
  void goesOnWithoutAGapAfterTheBrokerWasKilled() throws Exception {
    Settings.Kafka settings =
        KafkaFixture.deliveringWithin(KafkaFixture.DELIVERY_TIMEOUT, kafka.newTopic(1));
    try (KafkaSalesLog log = open(settings);
        KafkaSalesLog madeWhileDown = open(settings)) {
      Recorded recorded = new Recorded();
      log.follow(SALE, 0, recorded);
      long first = offsetOf(log.append(SALE, Samples.sold(SALE, 1)));
      await().atMost(PATIENCE).until(() -> !recorded.entries.isEmpty());

      kafka.kill();
      long killedAt = System.currentTimeMillis();
      Recorded joinedWhileDown = new Recorded();
      madeWhileDown.follow(SALE, 0, joinedWhileDown);
      assertThat(log.append(SALE, Samples.sold(SALE, 2)).toCompletableFuture())
          .failsWithin(KafkaFixture.DELIVERY_TIMEOUT.plusSeconds(1))
          .withThrowableOfType(ExecutionException.class)
          .havingCause()
          .isInstanceOf(AppendFailure.class);
      assertThat(madeWhileDown.append(SALE, Samples.sold(SALE, 2)).toCompletableFuture())
          .failsWithin(KafkaFixture.DELIVERY_TIMEOUT.plusSeconds(1));
      assertThat(recorded.isFreshSince(killedAt)).isFalse();

      kafka.restart();
      long restartedAt = System.currentTimeMillis();
      await().atMost(BACK_WITHIN).until(() -> recorded.isFreshSince(restartedAt));
      await().atMost(BACK_WITHIN).until(() -> joinedWhileDown.isFreshSince(restartedAt));
      long last = offsetOf(log.append(SALE, Samples.sold(SALE, 3)));

      await().atMost(BACK_WITHIN).until(() -> recorded.offsets().contains(last));
      await().atMost(BACK_WITHIN).until(() -> joinedWhileDown.offsets().contains(last));
      assertThat(System.currentTimeMillis() - restartedAt).isLessThan(BACK_WITHIN.toMillis());
      assertThat(recorded.offsets())
          .isEqualTo(LongStream.rangeClosed(first, last).boxed().toList());
      assertThat(joinedWhileDown.offsets()).isEqualTo(recorded.offsets());
      assertThat(recorded.failures).isEmpty();
      assertThat(joinedWhileDown.failures).isEmpty();
    }
  }

  @Test
  void canBeMadeWhereNoBrokerIs() {
    Settings.Kafka nowhere =
        KafkaFixture.deliveringWithin(
            KafkaFixture.DELIVERY_TIMEOUT,
            KafkaFixture.settings(ServerProcess.freePort(), "sales", 1));
    try (KafkaSalesLog log = open(nowhere)) {
      Recorded recorded = new Recorded();

      log.follow(SALE, 0, recorded);

      assertThat(log.append(SALE, new Entry.Closed(Samples.WRITER)).toCompletableFuture())
          .failsWithin(KafkaFixture.DELIVERY_TIMEOUT.plusSeconds(1));
      assertThat(recorded.failures).isEmpty();
      assertThat(recorded.fresh).isEmpty();
    }
  }

  private static KafkaSalesLog open(Settings.Kafka settings) {
    return KafkaSalesLog.create(settings, System::currentTimeMillis);
  }

  private static long offsetOf(CompletionStage<Long> append) throws Exception {
    return append.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static byte[] ofVersion2() throws Exception {
    return SalesLogRecord.parseFrom(SalesLogCodec.encode(Samples.sold(SALE, 1))).toBuilder()
        .setVersion(2)
        .build()
        .toByteArray();
  }
}
