package flashsale.activity;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands this node's claims to the activities' actors, many in one message: whatever has come while
 * the last ones were handed over. No timer holds a claim up.
 *
 * <p>Every claim is answered within the claim time-out, or fails with a {@link TimeoutException}:
 * then nothing is known of it. An actor that ends says {@link Answer.Moving}, and the one that
 * follows is asked. Safe for any number of threads.
 */
public final class ClaimBatcher {
  /** What its actor takes. */
  interface Message {}

  private enum Signal implements Message {
    CLAIMS_HAVE_COME,
    TICK
  }

  private static final Logger LOG = LoggerFactory.getLogger(ClaimBatcher.class);
  private static final Duration TICK = Duration.ofMillis(50);

  /** A hand-over takes a moment. Doubled with every repeat of a claim. */
  private static final Duration MOVING_PAUSE = Duration.ofMillis(50);

  private final long timeoutNanos;
  private final Queue<Pending> arrived = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final ActorRef<Message> actor;
  private volatile boolean closed;

  /** Where the answers of many claims go. Safe for any number of threads. */
  public interface Caller {
    /**
     * The answer to one claim.
     *
     * @param number the caller's own for it
     */
    void answered(long number, Answer answer);

    /** No answer in time: nothing is known of it. */
    void expired(long number);

    /** All that came together has been told. */
    void flush();
  }

  /** The caller of one claim. */
  private static final class Single extends CompletableFuture<Answer> implements Caller {
    @Override
    public void answered(long number, Answer answer) {
      complete(answer);
    }

    @Override
    public void expired(long number) {
      completeExceptionally(new TimeoutException("no answer in time"));
    }

    @Override
    public void flush() {}
  }

  /** A claim until it is answered. */
  private static final class Pending {
    final ActivityId activity;
    final UserId user;
    final Caller caller;
    final long callersNumber;
    final long deadlineNanos;
    long pauseNanos = MOVING_PAUSE.toNanos();

    Pending(
        ActivityId activity, UserId user, Caller caller, long callersNumber, long deadlineNanos) {
      this.activity = activity;
      this.user = user;
      this.caller = caller;
      this.callersNumber = callersNumber;
      this.deadlineNanos = deadlineNanos;
    }

    void answered(Answer answer) {
      tell(() -> caller.answered(callersNumber, answer));
    }

    void expired() {
      tell(() -> caller.expired(callersNumber));
    }
  }

  private static void flush(Caller caller) {
    tell(caller::flush);
  }

  /** One caller that cannot be told must not keep the others from it. */
  private static void tell(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a claim's caller cannot be told");
    }
  }

  private ClaimBatcher(ActorSystem<?> system, Duration timeout) {
    timeoutNanos = timeout.toNanos();
    actor =
        system.systemActorOf(
            Behaviors.<Message>setup(Sending::new), "claim-batcher", Props.empty());
  }

  /** Once per actor system, on a node that takes part in sharding. */
  public static ClaimBatcher start(ActorSystem<?> system, Duration timeout) {
    return new ClaimBatcher(system, timeout);
  }

  /** Asks the activity's actor, wherever it is. */
  public CompletionStage<Answer> claim(ActivityId activity, UserId user) {
    Single single = new Single();
    claim(activity, user, single, 0);
    return single;
  }

  /**
   * The same for one of many.
   *
   * @param number the caller's own
   */
  public void claim(ActivityId activity, UserId user, Caller caller, long number) {
    arrived.add(new Pending(activity, user, caller, number, System.nanoTime() + timeoutNanos));
    if (signalled.compareAndSet(false, true)) {
      actor.tell(Signal.CLAIMS_HAVE_COME);
    }
    if (closed) {
      refuseArrived();
    }
  }

  /** Nobody was asked. */
  private void refuseArrived() {
    Set<Caller> refused = new HashSet<>();
    for (Pending claim = arrived.poll(); claim != null; claim = arrived.poll()) {
      claim.answered(new Answer.TryAgain());
      refused.add(claim.caller);
    }
    refused.forEach(ClaimBatcher::flush);
  }

  /** Everything but the arriving happens here. */
  private final class Sending extends AbstractBehavior<Message> {
    private record Later(Pending claim, long atNanos) {}

    private final ClusterSharding sharding = ClusterSharding.get(getContext().getSystem());
    private final ActorRef<ActivityActor.Answers> self = getContext().getSelf().narrow();

    /** By number. */
    private final Map<Long, Pending> sent = new HashMap<>();

    private final Deque<Later> moving = new ArrayDeque<>();

    /** Who was told something by the message under way. */
    private final Set<Caller> told = new HashSet<>();

    private long lastNumber;

    Sending(ActorContext<Message> context) {
      super(context);
      context
          .getSystem()
          .scheduler()
          .scheduleAtFixedRate(
              TICK, TICK, () -> context.getSelf().tell(Signal.TICK), context.getExecutionContext());
    }

    @Override
    public Receive<Message> createReceive() {
      return newReceiveBuilder()
          .onMessage(Message.class, this::onMessage)
          .onSignal(PostStop.class, stop -> onStop())
          .build();
    }

    private Behavior<Message> onMessage(Message message) {
      if (message instanceof ActivityActor.Answers answers) {
        answers.answers().forEach(this::onAnswer);
      } else if (message == Signal.CLAIMS_HAVE_COME) {
        signalled.set(false);
        send(takeArrived());
      } else {
        expire();
        send(takeMoved());
      }
      flushTold();
      return this;
    }

    private void flushTold() {
      told.forEach(ClaimBatcher::flush);
      told.clear();
    }

    private void answered(Pending claim, Answer answer) {
      claim.answered(answer);
      told.add(claim.caller);
    }

    private void expired(Pending claim) {
      claim.expired();
      told.add(claim.caller);
    }

    private List<Pending> takeArrived() {
      List<Pending> claims = new ArrayList<>();
      for (Pending claim = arrived.poll(); claim != null; claim = arrived.poll()) {
        claims.add(claim);
      }
      return claims;
    }

    private void send(List<Pending> claims) {
      Map<ActivityId, List<ActivityActor.Claim>> batches = new HashMap<>();
      for (Pending claim : claims) {
        long number = ++lastNumber;
        sent.put(number, claim);
        batches
            .computeIfAbsent(claim.activity, activity -> new ArrayList<>())
            .add(new ActivityActor.Claim(number, claim.user));
      }
      batches.forEach((activity, batch) -> {
        EntityRef<ActivityActor.Message> actor =
            sharding.entityRefFor(ActivityActor.KEY, activity.value());
        for (int i = 0; i < batch.size(); i += ActivityActor.PER_MESSAGE_MAX) {
          int end = Math.min(batch.size(), i + ActivityActor.PER_MESSAGE_MAX);
          actor.tell(new ActivityActor.Claims(List.copyOf(batch.subList(i, end)), self));
        }
      });
    }

    private void onAnswer(ActivityActor.Numbered numbered) {
      Pending claim = sent.remove(numbered.number());
      if (claim == null) {
        return;
      }
      if (!(numbered.answer() instanceof Answer.Moving)) {
        answered(claim, numbered.answer());
        return;
      }
      long atNanos = System.nanoTime() + claim.pauseNanos;
      claim.pauseNanos *= 2;
      if (atNanos < claim.deadlineNanos) {
        moving.add(new Later(claim, atNanos));
      } else {
        answered(claim, new Answer.TryAgain());
      }
    }

    private List<Pending> takeMoved() {
      List<Pending> due = new ArrayList<>();
      long now = System.nanoTime();
      moving.removeIf(later -> later.atNanos() - now <= 0 && due.add(later.claim()));
      return due;
    }

    private void expire() {
      long now = System.nanoTime();
      sent.values()
          .removeIf(claim -> {
            boolean isOver = claim.deadlineNanos - now <= 0;
            if (isOver) {
              expired(claim);
            }
            return isOver;
          });
    }

    /** The actor system ends: what was sent may be carried out. */
    private Behavior<Message> onStop() {
      closed = true;
      sent.values().forEach(this::expired);
      moving.forEach(later -> answered(later.claim(), new Answer.TryAgain()));
      flushTold();
      refuseArrived();
      return this;
    }
  }
}
