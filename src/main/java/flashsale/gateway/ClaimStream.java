package flashsale.gateway;

import com.google.protobuf.ByteString;
import flashsale.v1.ClaimBatch;
import flashsale.v1.ClaimReplies;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.InventoryClient;
import flashsale.v1.NumberedClaim;
import flashsale.v1.NumberedReply;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * One long-lived stream of claims to a node, until it breaks or is ended.
 *
 * <p>Whatever has come while the last message was sent goes into the next one. Every claim is
 * answered within the claim time-out, or fails: with the stream's failure, or because the time is
 * up. Safe for any number of threads.
 */
final class ClaimStream {
  private static final int CLAIMS_PER_MESSAGE_MAX = 256;

  /** Messages waiting for the connection. One more fails its claims at once. */
  private static final int MESSAGES_QUEUED_MAX = 256;

  /** The node looks at a stream when its first bytes are there, and a single claim may be short. */
  private static final ClaimBatch OPENING =
      ClaimBatch.newBuilder().setPadding(ByteString.copyFrom(new byte[4096])).build();

  /**
   * From one message to the next, for a crowd: without it messages of one or two claims cost both
   * sides more than the claims.
   */
  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();

  /** So many claims under way are no crowd. */
  private static final int FEW = 32;

  private static final Duration EXPIRED_EVERY = Duration.ofMillis(50);

  /** A connection on which nothing happens would be closed; a message without claims is nothing. */
  private static final long SILENT_MAX_NANOS = Duration.ofSeconds(10).toNanos();

  private record Waiting(
      long number, ClaimRequest claim, long deadlineNanos, CompletableFuture<ClaimReply> reply) {}

  private final long timeoutNanos;
  private final Executor executor;
  private final BoundedSourceQueue<ClaimBatch> out;
  private final Cancellable expiring;
  private final AtomicLong lastNumber = new AtomicLong();
  private final Queue<Waiting> arrived = new ConcurrentLinkedQueue<>();
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final AtomicBoolean sending = new AtomicBoolean();
  private volatile long sentNanos = System.nanoTime();
  private volatile @Nullable Throwable ended;

  ClaimStream(ActorSystem<?> system, InventoryClient client, Duration timeout) {
    timeoutNanos = timeout.toNanos();
    executor = system.executionContext();
    Pair<BoundedSourceQueue<ClaimBatch>, Source<ClaimBatch, NotUsed>> batches =
        Source.<ClaimBatch>queue(MESSAGES_QUEUED_MAX).preMaterialize(system);
    out = batches.first();
    var unusedToo = out.offer(OPENING);
    expiring =
        system
            .scheduler()
            .scheduleAtFixedRate(
                EXPIRED_EVERY, EXPIRED_EVERY, this::expire, system.executionContext());
    var unused =
        client
            .claims(batches.second())
            .runForeach(this::onReplies, system)
            .whenComplete((done, failure) -> end(failure));
  }

  boolean hasEnded() {
    return ended != null;
  }

  CompletionStage<ClaimReply> claim(ClaimRequest claim) {
    Waiting one =
        new Waiting(
            lastNumber.incrementAndGet(),
            claim,
            System.nanoTime() + timeoutNanos,
            new CompletableFuture<>());
    waiting.put(one.number, one);
    arrived.add(one);
    if (sending.compareAndSet(false, true)) {
      sendSoon();
    }
    failIfEnded();
    return one.reply;
  }

  /** Not before the pause is over, unless few claims are under way. */
  private void sendSoon() {
    long leftNanos = waiting.size() <= FEW ? 0 : sentNanos + PAUSE_NANOS - System.nanoTime();
    Executor then =
        leftNanos <= 0
            ? executor
            : CompletableFuture.delayedExecutor(leftNanos, TimeUnit.NANOSECONDS, executor);
    then.execute(this::send);
  }

  private void send() {
    sentNanos = System.nanoTime();
    sending.set(false);
    ClaimBatch.Builder batch = ClaimBatch.newBuilder();
    for (Waiting one = arrived.poll(); one != null; one = arrived.poll()) {
      batch.addClaims(NumberedClaim.newBuilder().setNumber(one.number).setClaim(one.claim));
      if (batch.getClaimsCount() == CLAIMS_PER_MESSAGE_MAX) {
        offer(batch.build());
        batch = ClaimBatch.newBuilder();
      }
    }
    if (batch.getClaimsCount() > 0) {
      offer(batch.build());
    }
  }

  private void offer(ClaimBatch batch) {
    // A stream that has ended says why in a moment, to all who wait.
    if (out.offer(batch).equals(QueueOfferResult.dropped())) {
      StatusRuntimeException full =
          Status.UNAVAILABLE.withDescription("the stream takes no more").asRuntimeException();
      for (NumberedClaim claim : batch.getClaimsList()) {
        fail(waiting.remove(claim.getNumber()), full);
      }
    }
  }

  private static void fail(@Nullable Waiting one, Throwable why) {
    if (one != null) {
      one.reply.completeExceptionally(why);
    }
  }

  private void onReplies(ClaimReplies replies) {
    for (NumberedReply reply : replies.getRepliesList()) {
      Waiting one = waiting.remove(reply.getNumber());
      if (one != null) {
        if (reply.hasReply()) {
          one.reply.complete(reply.getReply());
        } else {
          one.reply.completeExceptionally(
              Status.fromCodeValue(reply.getFault().getCode())
                  .withDescription(reply.getFault().getDescription())
                  .asRuntimeException());
        }
      }
    }
  }

  private void expire() {
    long now = System.nanoTime();
    waiting
        .values()
        .removeIf(one ->
            one.deadlineNanos - now <= 0
                && one.reply.completeExceptionally(new TimeoutException("no answer in time")));
    if (now - sentNanos > SILENT_MAX_NANOS) {
      sentNanos = now;
      offer(ClaimBatch.getDefaultInstance());
    }
  }

  private void end(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    // Why the stream ended says nothing of its claims, unless none of them can have been sent.
    ended =
        cause != null && GrpcFaults.nothingWasSent(cause)
            ? cause
            : Status.UNAVAILABLE
                .withDescription("the stream of claims ended: " + cause)
                .asRuntimeException();
    expiring.cancel();
    failIfEnded();
  }

  private void failIfEnded() {
    Throwable why = ended;
    if (why != null) {
      waiting.keySet().forEach(number -> fail(waiting.remove(number), why));
    }
  }

  /** What was sent may still be answered. */
  void close() {
    out.complete();
  }
}
