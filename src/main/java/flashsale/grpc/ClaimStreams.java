package flashsale.grpc;

import flashsale.activity.Answer;
import flashsale.activity.ClaimBatcher;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.v1.ClaimBatch;
import flashsale.v1.ClaimReplies;
import flashsale.v1.ClaimRequest;
import flashsale.v1.NumberedClaim;
import flashsale.v1.NumberedReply;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * The node's side of the gateways' streams of claims. What an activity answers together goes back
 * in one message.
 */
final class ClaimStreams {
  /** Replies in one message, while the gateway takes none. */
  private static final int REPLIES_MERGED_MAX = 4096;

  /** Further messages that a gateway has not taken yet. One more ends its stream. */
  private static final int MESSAGES_QUEUED_MAX = 4096;

  private final ActorSystem<?> system;
  private final ClaimBatcher batcher;
  private final CallLimit calls;
  private final Set<Stream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ending;

  ClaimStreams(ActorSystem<?> system, ClaimBatcher batcher, CallLimit calls) {
    this.system = system;
    this.batcher = batcher;
    this.calls = calls;
  }

  Source<ClaimReplies, NotUsed> open(Source<ClaimBatch, NotUsed> in) {
    Pair<BoundedSourceQueue<ClaimReplies>, Source<ClaimReplies, NotUsed>> out =
        Source.<ClaimReplies>queue(MESSAGES_QUEUED_MAX).preMaterialize(system);
    Stream stream = new Stream(out.first());
    open.add(stream);
    var unused =
        in.runForeach(stream::onBatch, system)
            .whenComplete((done, failure) -> {
              open.remove(stream);
              stream.onEnd(failure);
            });
    if (ending) {
      stream.end();
    }
    return out.second()
        .batchWeighted(
            REPLIES_MERGED_MAX,
            message -> (long) message.getRepliesCount(),
            ClaimReplies::toBuilder,
            ClaimReplies.Builder::mergeFrom)
        .map(ClaimReplies.Builder::build);
  }

  /** No further claims; a stream ends when what was taken is answered. */
  void end() {
    ending = true;
    open.forEach(Stream::end);
  }

  private static NumberedReply.Builder numbered(long number) {
    return NumberedReply.newBuilder().setNumber(number);
  }

  private static NumberedReply fault(long number, Throwable failure) {
    Status status = Faults.trailers(failure).status();
    String description = status.getDescription();
    return numbered(number)
        .setFault(
            NumberedReply.Fault.newBuilder()
                .setCode(status.getCode().value())
                .setDescription(description == null ? "" : description))
        .build();
  }

  /** One gateway's. Whoever holds its lock does not call the batcher, which calls streams. */
  private final class Stream implements ClaimBatcher.Caller {
    private final BoundedSourceQueue<ClaimReplies> out;
    private ClaimReplies.Builder replies = ClaimReplies.newBuilder();
    private int underWay;
    private boolean ended;
    private boolean closed;

    Stream(BoundedSourceQueue<ClaimReplies> out) {
      this.out = out;
    }

    void onBatch(ClaimBatch batch) {
      batch.getClaimsList().forEach(this::onClaim);
      flush();
    }

    private void onClaim(NumberedClaim numbered) {
      long number = numbered.getNumber();
      ClaimRequest claim = numbered.getClaim();
      ActivityId activity;
      UserId user;
      try {
        activity = new ActivityId(claim.getActivityId());
        user = new UserId(claim.getUserId());
        Wire.requireOne(claim.getQuantity());
      } catch (IllegalArgumentException e) {
        add(fault(number, Faults.invalidArgument(String.valueOf(e.getMessage()))));
        return;
      }
      if (!calls.enter()) {
        add(reply(number, new Answer.TryAgain()));
      } else if (begins()) {
        batcher.claim(activity, user, this, number);
      } else {
        calls.leave();
        add(fault(number, Faults.unavailable("this node stops")));
      }
    }

    private synchronized boolean begins() {
      if (!ended) {
        underWay++;
      }
      return !ended;
    }

    private synchronized void add(NumberedReply reply) {
      replies.addReplies(reply);
    }

    private NumberedReply reply(long number, Answer answer) {
      try {
        return numbered(number).setReply(Wire.claimReply(answer)).build();
      } catch (RuntimeException e) {
        return fault(number, e);
      }
    }

    @Override
    public void answered(long number, Answer answer) {
      over(reply(number, answer));
    }

    @Override
    public void expired(long number) {
      over(fault(number, new TimeoutException()));
    }

    private synchronized void over(NumberedReply reply) {
      calls.leave();
      underWay--;
      add(reply);
    }

    @Override
    public synchronized void flush() {
      if (replies.getRepliesCount() > 0) {
        if (out.offer(replies.build()).equals(QueueOfferResult.dropped())) {
          close(Faults.unavailable("the replies are not taken"));
        }
        replies = ClaimReplies.newBuilder();
      }
      if (ended && underWay == 0) {
        close(null);
      }
    }

    /** The gateway's half is over: it will claim no more, or it broke. */
    synchronized void onEnd(@Nullable Throwable failure) {
      if (failure != null) {
        // Whatever it was, it says nothing of the single claims.
        close(Faults.unavailable("the stream of claims broke"));
      }
      end();
    }

    synchronized void end() {
      ended = true;
      flush();
    }

    private void close(@Nullable Throwable failure) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        if (failure == null) {
          out.complete();
        } else {
          out.fail(failure);
        }
      } catch (IllegalStateException theGatewayIsGone) {
        // Nobody is there to be told.
      }
    }
  }
}
