package flashsale.saleslog;

import flashsale.config.Settings;
import flashsale.ledger.Entry;
import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends entries to their activity's partition, in the order of the calls. Safe for many threads;
 * never blocks a caller.
 *
 * <p>Kafka's {@code send} may block for the topic's metadata, so one thread of our own makes all
 * calls. A producer that met an error it cannot recover from is replaced before the next send; so
 * is one that says nothing at all, because its own thread has died.
 *
 * <p>Every append is decided, or in doubt, within the delivery time-out, wherever it waits.
 */
final class Appender implements AutoCloseable {
  /** Entries waiting for the sending thread. One more fails at once. */
  private static final int APPENDS_QUEUED_MAX = 10_000;

  private static final String CLOSED = "the sales log is closed";
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(Appender.class);

  /** A producer, and whether it is of no use any more. */
  private record Sending(Producer<byte[], byte[]> producer, AtomicBoolean broken) {}

  private final Settings.Kafka settings;
  private final Partitions partitions;
  private final Supplier<Producer<byte[], byte[]>> producers;
  private final ThreadPoolExecutor sender;
  private volatile @Nullable Sending sending;
  private volatile boolean closed;

  /** A producer is opened by the sending thread. */
  Appender(Settings.Kafka settings, Supplier<Producer<byte[], byte[]>> producers) {
    this.settings = settings;
    this.producers = producers;
    this.partitions = new Partitions(settings.partitions());
    this.sender =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(APPENDS_QUEUED_MAX),
            Thread.ofPlatform().name("sales-log-append").daemon().factory());
  }

  /** Completes when the producer knows where to send; the first append needs not wait for that. */
  CompletionStage<Void> open() {
    return CompletableFuture.runAsync(
        () -> {
          var unused = usable().producer().partitionsFor(settings.topic());
        },
        sender);
  }

  CompletionStage<Long> append(ActivityId activity, Entry entry) {
    CompletableFuture<Long> appended = new CompletableFuture<>();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            settings.topic(),
            partitions.of(activity),
            SalesLogCodec.encodeKey(activity),
            SalesLogCodec.encode(entry));
    long calledAt = System.nanoTime();
    try {
      sender.execute(() -> send(record, calledAt, appended));
    } catch (RejectedExecutionException e) {
      appended.completeExceptionally(
          new AppendFailure(
              sender.isShutdown()
                  ? CLOSED
                  : "appends queued: more (expected: <= " + APPENDS_QUEUED_MAX + ")",
              e));
    }
    return appended
        .orTimeout(settings.deliveryTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure ->
            CompletableFuture.failedStage(
                failure instanceof TimeoutException
                    ? new AppendFailure("in doubt for " + settings.deliveryTimeout(), null)
                    : failure));
  }

  private void send(
      ProducerRecord<byte[], byte[]> record, long calledAt, CompletableFuture<Long> appended) {
    if (closed) {
      appended.completeExceptionally(new AppendFailure(CLOSED, null));
      return;
    }
    if (System.nanoTime() - calledAt > settings.deliveryTimeout().toNanos()) {
      appended.completeExceptionally(
          new AppendFailure("not sent within " + settings.deliveryTimeout(), null));
      return;
    }
    try {
      Sending current = usable();
      send(current, record, appended);
    } catch (RuntimeException e) {
      appended.completeExceptionally(new AppendFailure("not sent", e));
    }
  }

  private void send(
      Sending by, ProducerRecord<byte[], byte[]> record, CompletableFuture<Long> appended) {
    CompletableFuture<@Nullable RecordMetadata> outcome = new CompletableFuture<>();
    CompletionStage<@Nullable RecordMetadata> bounded =
        outcome.orTimeout(2 * settings.deliveryTimeout().toMillis(), TimeUnit.MILLISECONDS);
    bounded.whenComplete((place, failure) -> onSent(by, place, failure, appended));
    try {
      // The callback is called for every outcome that does not throw here.
      var unused =
          by.producer()
              .send(
                  record,
                  (place, failure) -> {
                    if (failure == null) {
                      outcome.complete(place);
                    } else {
                      outcome.completeExceptionally(failure);
                    }
                  });
    } catch (RuntimeException e) {
      retireAfter(e, by);
      throw e;
    }
  }

  /** Kafka says where the record is, or why it does not know. */
  private void onSent(
      Sending by,
      @Nullable RecordMetadata place,
      @Nullable Throwable failure,
      CompletableFuture<Long> appended) {
    if (failure != null) {
      retireAfter(failure, by);
      appended.completeExceptionally(new AppendFailure("in doubt", failure));
    } else if (place == null || !place.hasOffset()) {
      // A repeat of a send that the broker had forgotten the offset of.
      appended.completeExceptionally(new AppendFailure("in doubt: no offset", null));
    } else {
      appended.complete(place.offset());
    }
  }

  private static void retireAfter(Throwable failure, Sending sending) {
    boolean recovers =
        failure instanceof RetriableException || failure instanceof RecordTooLargeException;
    if (!recovers && sending.broken().compareAndSet(false, true)) {
      log.atWarn().addKeyValue("why", failure.toString()).log("producer is replaced");
    }
  }

  private Sending usable() {
    Sending current = sending;
    if (current != null && current.broken().get()) {
      current.producer().close(Duration.ZERO);
      current = null;
    }
    if (current == null) {
      current = new Sending(producers.get(), new AtomicBoolean());
      sending = current;
    }
    return current;
  }

  /** What was not sent by then fails; it may be in the log all the same. */
  @Override
  public void close() {
    sender.shutdown();
    try {
      if (!sender.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        closed = true;
        sender.shutdownNow().forEach(Runnable::run);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Sending last = sending;
    if (last != null) {
      last.producer().close(CLOSE_WITHIN);
    }
  }
}
