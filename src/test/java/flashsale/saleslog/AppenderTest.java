package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class AppenderTest {
  private static final ActivityId SALE = new ActivityId("sale");
  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Test
  void sendsToTheActivitysOwnPartition() {
    MockProducer<byte[], byte[]> producer = producer();
    try (Appender appender = appender(List.of(producer))) {
      appender.append(SALE, Samples.sold(SALE, 1));

      await().until(() -> !producer.history().isEmpty());
      assertThat(producer.history().getFirst().partition()).isEqualTo(new Partitions(16).of(SALE));
      assertThat(producer.history().getFirst().key()).isEqualTo(SalesLogCodec.encodeKey(SALE));
    }
  }

  @Test
  void replacesAProducerThatCannotRecover() {
    MockProducer<byte[], byte[]> first = producer();
    MockProducer<byte[], byte[]> second = producer();
    try (Appender appender = appender(List.of(first, second))) {
      CompletableFuture<Long> lost = append(appender, 1);
      await().until(() -> first.errorNext(new OutOfOrderSequenceException("lost")));
      assertThat(lost).failsWithin(PATIENCE);

      CompletableFuture<Long> next = append(appender, 2);

      await().until(second::completeNext);
      assertThat(next).succeedsWithin(PATIENCE);
      assertThat(first.closed()).isTrue();
    }
  }

  @Test
  void keepsAProducerAfterATimeOut() {
    MockProducer<byte[], byte[]> producer = producer();
    try (Appender appender = appender(List.of(producer))) {
      CompletableFuture<Long> lost = append(appender, 1);
      await().until(() -> producer.errorNext(new TimeoutException("slow")));
      assertThat(lost).failsWithin(PATIENCE);

      CompletableFuture<Long> next = append(appender, 2);

      await().until(producer::completeNext);
      assertThat(next).succeedsWithin(PATIENCE);
    }
  }

  /** As one does whose own thread has died. */
  @Test
  void replacesAProducerThatSaysNothing() {
    MockProducer<byte[], byte[]> silent = producer();
    MockProducer<byte[], byte[]> second = producer();
    try (Appender appender = appender(List.of(silent, second))) {
      assertThat(append(appender, 1)).failsWithin(PATIENCE);

      // Whatever reaches the second one was sent by its own thread, a moment after the call.
      List<CompletableFuture<Long>> sent = new ArrayList<>();
      await()
          .until(() -> {
            sent.add(append(appender, 2));
            return second.completeNext();
          });
      assertThat(sent).anyMatch(next -> next.isDone() && !next.isCompletedExceptionally());
      assertThat(silent.closed()).isTrue();
    }
  }

  @Test
  void isInDoubtAfterTheDeliveryTimeOut() {
    CountDownLatch released = new CountDownLatch(1);
    try (Appender appender =
        new Appender(
            KafkaFixture.deliveringWithin(DELIVERY_TIMEOUT, KafkaFixture.settings(1, "sales", 16)),
            () -> {
              awaitUninterruptibly(released);
              return producer();
            })) {
      CompletableFuture<Long> next = append(appender, 1);

      assertThat(next)
          .failsWithin(PATIENCE)
          .withThrowableOfType(ExecutionException.class)
          .havingCause()
          .isInstanceOf(AppendFailure.class)
          .withMessageContaining("in doubt for PT1S");
      released.countDown();
    }
  }

  @Test
  void failsAtOnceWhenTooManyWait() {
    CountDownLatch released = new CountDownLatch(1);
    MockProducer<byte[], byte[]> producer = producer();
    try (Appender appender =
        new Appender(
            KafkaFixture.settings(1, "sales", 16),
            () -> {
              awaitUninterruptibly(released);
              return producer;
            })) {
      // One is with the sending thread, 10,000 wait.
      List<CompletableFuture<Long>> appends =
          IntStream.rangeClosed(1, 10_002).mapToObj(seq -> append(appender, seq)).toList();

      assertThat(appends.getLast()).isCompletedExceptionally();
      assertThat(appends.subList(0, 10_000)).noneMatch(CompletableFuture::isDone);
      released.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Appender appender(List<Producer<byte[], byte[]>> producers) {
    Deque<Producer<byte[], byte[]>> next = new ArrayDeque<>(producers);
    return new Appender(
        KafkaFixture.deliveringWithin(DELIVERY_TIMEOUT, KafkaFixture.settings(1, "sales", 16)),
        next::remove);
  }

  private static MockProducer<byte[], byte[]> producer() {
    return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static CompletableFuture<Long> append(Appender appender, long seq) {
    return appender.append(SALE, Samples.sold(SALE, seq)).toCompletableFuture();
  }
}
