package flashsale.activity;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import flashsale.config.Settings.ActivityLimits;
import flashsale.ledger.Entry;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.saleslog.SalesLog;
import flashsale.stock.Stock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around {@link ActivityCore}: turns messages into inputs, and effects into calls whose
 * results come home as messages. It decides nothing.
 *
 * <p>Sharded: at most one per activity in a healthy cluster. If there are two for a while, epochs
 * keep the promise.
 */
public final class ActivityActor extends AbstractBehavior<ActivityActor.Message> {
  /** The entity; its name is part of the journal's keys and of management URLs. */
  public static final EntityTypeKey<Message> KEY =
      EntityTypeKey.create(Message.class, Journal.ENTITY);

  /** What the actor takes. */
  public sealed interface Message {}

  /** What others ask; each is answered with one {@link Answer}. */
  public sealed interface Command extends Message, CborSerializable {
    ActorRef<Answer> replyTo();
  }

  /** Buy one unit each, as {@link ClaimBatcher} sends them. */
  public record Claims(List<Claim> claims, ActorRef<Answers> replyTo)
      implements Message, CborSerializable {}

  /**
   * Buy one unit.
   *
   * @param number by which it is answered
   */
  public record Claim(long number, UserId user) {}

  /** The answers to some claims that were decided together. */
  public record Answers(List<Numbered> answers) implements ClaimBatcher.Message, CborSerializable {}

  /** The answer to one claim. */
  public record Numbered(
      long number, @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS) Answer answer) {}

  /** Say what the shopper has. */
  public record FindPurchase(UserId user, ActorRef<Answer> replyTo) implements Command {}

  /** Say how the activity is; opens nothing. */
  public record Look(ActorRef<Answer> replyTo) implements Command {}

  public record Create(Activity activity, ActorRef<Answer> replyTo) implements Command {}

  public record Pause(ActorRef<Answer> replyTo) implements Command {}

  public record Resume(ActorRef<Answer> replyTo) implements Command {}

  public record Close(ActorRef<Answer> replyTo) implements Command {}

  /** Rebuild Redis by a new epoch. */
  public record Repair(ActorRef<Answer> replyTo) implements Command {}

  public record SetStock(long stock, ActorRef<Answer> replyTo) implements Command {}

  /** The shard's stop message: decide what is under way, then stop. */
  public record Drain() implements Message, CborSerializable {}

  /** The result of an effect. */
  private record Happened(Input input) implements Message {}

  /** Looks what is due; one too many does no harm. */
  private record WakeUp() implements Message {}

  private static final WakeUp WAKE_UP = new WakeUp();

  /** From the {@link Journal}. */
  record JournalReplayed(JournalState state) implements Message {}

  /** From the {@link Journal}. */
  record JournalWritten(int journal, JournalEvent event, JournalState after) implements Message {}

  private record JournalStopped(int number) implements Message {}

  /**
   * What the shell calls on the core's behalf.
   *
   * @param clock the one by which the sales log tells how fresh it is; milliseconds since
   *     1970-01-01T00:00:00Z
   * @param loads by which a node rebuilds only so many activities at once
   */
  public record Surroundings(
      LongSupplier clock,
      Stock stock,
      SalesLog salesLog,
      RecoverySource recovery,
      Catalog catalog,
      InTurn loads,
      ActivityLimits limits) {}

  private record Caller(ActorRef<Answer> replyTo) implements Asker {}

  private record Claimant(long number, ActorRef<Answers> replyTo) implements Asker {}

  private static final Logger LOG = LoggerFactory.getLogger(ActivityActor.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long NEVER = Long.MAX_VALUE;

  /**
   * Claims, or answers to them, in one message: between nodes one that is longer than 256 kB would
   * be dropped without a word.
   */
  static final int PER_MESSAGE_MAX = 256;

  /** The scheduler refuses what is many months away, as a closing time may be. */
  private static final long WAKE_WITHIN_MS = 3_600_000;

  /** The scheduler knows no shorter delay. */
  private static final long SCHEDULER_TICK_MS = 10;

  private final ActivityId id;
  private final Surroundings around;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final ActivityCore core;
  private final BuyerLoad buyerLoad;
  private final Map<ActorRef<Answers>, List<Numbered>> answers = new HashMap<>(1);
  private @Nullable ActorRef<Journal.Write> journal;
  private int journalNumber;
  private SalesLog.@Nullable Subscription following;
  private long wakeArmedAtMs = NEVER;
  private @Nullable Cancellable wake;
  private boolean ending;
  private boolean stopped;

  private ActivityActor(
      ActorContext<Message> context,
      ActivityId id,
      ActorRef<ClusterSharding.ShardCommand> shard,
      Surroundings around) {
    super(context);
    this.id = id;
    this.around = around;
    this.shard = shard;
    this.core = new ActivityCore(id, RANDOM.nextLong(), around.limits());
    this.buyerLoad = new BuyerLoad(id, around.recovery(), around.stock());
    run(core.start(around.clock().getAsLong()));
  }

  public static Behavior<Message> create(
      ActivityId id, ActorRef<ClusterSharding.ShardCommand> shard, Surroundings around) {
    return Behaviors.setup(context -> new ActivityActor(context, id, shard, around));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Message.class, this::onMessage)
        .onSignal(PostStop.class, signal -> onPostStop())
        .build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Claims claims -> happened(input(claims));
      case Command command -> happened(input(command));
      case Drain drain -> {
        ending = true;
        happened(new Input.Drain());
      }
      case Happened happened -> happened(happened.input());
      case WakeUp wakeUp -> {
        disarmWake();
        happened(new Input.Wake());
      }
      case JournalReplayed replayed -> onJournalReplayed(replayed.state());
      case JournalWritten written -> onJournalWritten(written);
      case JournalStopped failed when failed.number() == journalNumber -> {
        journal = null;
        happened(new Input.JournalFailed());
      }
      case JournalStopped old -> {}
    }
    return stopped ? Behaviors.stopped() : this;
  }

  private static Input input(Claims claims) {
    List<Input.Ask> asks = new ArrayList<>(claims.claims().size());
    for (Claim claim : claims.claims()) {
      asks.add(new Input.Claim(claim.user(), new Claimant(claim.number(), claims.replyTo())));
    }
    return new Input.Asks(asks);
  }

  private static Input input(Command command) {
    Asker asker = new Caller(command.replyTo());
    return switch (command) {
      case FindPurchase find -> new Input.FindPurchase(find.user(), asker);
      case Look look -> new Input.Look(asker);
      case Create create -> new Input.Create(create.activity(), asker);
      case Pause pause -> new Input.Pause(asker);
      case Resume resume -> new Input.Resume(asker);
      case Close close -> new Input.Close(asker);
      case Repair repair -> new Input.Repair(asker);
      case SetStock set -> new Input.SetStock(set.stock(), asker);
    };
  }

  private void happened(Input input) {
    run(core.step(around.clock().getAsLong(), input));
  }

  private void onJournalReplayed(JournalState state) {
    if (state.exists()) {
      publish(state);
    }
    happened(new Input.JournalReplayed(state));
  }

  /**
   * An operator is answered when those who read the catalogue see the change; an epoch waits for
   * nobody.
   */
  private void onJournalWritten(JournalWritten written) {
    if (written.journal() == journalNumber) {
      stopJournal();
    }
    Input input = new Input.JournalWritten(written.event(), written.after().seqNr());
    if (written.event() instanceof JournalEvent.EpochStarted) {
      publish(written.after());
      happened(input);
    } else {
      getContext()
          .pipeToSelf(
              around.catalog().publish(written.after().row()),
              (done, failure) -> {
                warnUnpublished(failure);
                return new Happened(input);
              });
    }
  }

  /** The catalogue is brought up to date again by every replay, so a failure only delays it. */
  private void publish(JournalState state) {
    around.catalog().publish(state.row()).whenComplete((done, failure) -> warnUnpublished(failure));
  }

  private void warnUnpublished(@Nullable Throwable failure) {
    if (failure != null) {
      LOG.atWarn()
          .addKeyValue("activityId", id)
          .addKeyValue("cause", failure.toString())
          .log("catalogue not updated");
    }
  }

  private void run(List<Effect> effects) {
    for (Effect effect : effects) {
      ending |= effect instanceof Effect.Stop;
    }
    for (Effect effect : effects) {
      run(effect);
    }
    tellClaimants();
    armWake();
  }

  /** What one step decided goes in one message to each who waits. */
  private void tellClaimants() {
    if (!answers.isEmpty()) {
      answers.forEach((replyTo, told) -> {
        for (int i = 0; i < told.size(); i += PER_MESSAGE_MAX) {
          List<Numbered> some = told.subList(i, Math.min(told.size(), i + PER_MESSAGE_MAX));
          replyTo.tell(new Answers(List.copyOf(some)));
        }
      });
      answers.clear();
    }
  }

  private void run(Effect effect) {
    switch (effect) {
      case Effect.Tell tell -> tell(tell.to(), answer(tell.answer()));
      case Effect.ReplayJournal replay -> replayJournal();
      case Effect.WriteJournal write -> write(write.event());
      case Effect.Judge judge -> judge(judge);
      case Effect.Append append -> append(append);
      case Effect.Follow follow -> follow(follow);
      case Effect.ReadSnapshot read -> readSnapshot();
      case Effect.Adopt adopt -> adopt(adopt);
      case Effect.Load load -> load(load);
      case Effect.Flip flip -> flip(flip);
      case Effect.Passivate passivate ->
          shard.tell(new ClusterSharding.Passivate<>(getContext().getSelf()));
      case Effect.Stop stop -> {
        note(stop.why());
        stopped = true;
      }
      case Effect.Alarm alarm -> LOG.atError().addKeyValue("activityId", id).log(alarm.what());
      case Effect.Note note -> note(note.what());
    }
  }

  private void tell(Asker to, Answer answer) {
    if (to instanceof Claimant claimant) {
      answers
          .computeIfAbsent(claimant.replyTo(), replyTo -> new ArrayList<>())
          .add(new Numbered(claimant.number(), answer));
    } else {
      ((Caller) to).replyTo().tell(answer);
    }
  }

  private Answer answer(Answer answer) {
    return ending && answer instanceof Answer.TryAgain ? new Answer.Moving() : answer;
  }

  private void note(String what) {
    LOG.atInfo().addKeyValue("activityId", id).log(what);
  }

  private void replayJournal() {
    stopJournal();
    ActorRef<Journal.Write> child =
        getContext()
            .spawn(
                Journal.create(id, getContext().getSelf(), journalNumber),
                "journal-" + journalNumber);
    getContext().watchWith(child, new JournalStopped(journalNumber));
    journal = child;
  }

  /** It is needed for one write, if at all, and would be most of what an activity at rest holds. */
  private void stopJournal() {
    journalNumber++;
    if (journal != null) {
      getContext().stop(journal);
      journal = null;
    }
  }

  /** Without a journal one is started; the core writes again when it was replayed. */
  private void write(JournalEvent event) {
    if (journal != null) {
      journal.tell(new Journal.Write(event));
    } else {
      replayJournal();
    }
  }

  private void judge(Effect.Judge judge) {
    getContext()
        .pipeToSelf(
            around.stock().claim(judge.call()),
            (reply, failure) ->
                new Happened(
                    failure == null
                        ? new Input.Judged(judge.callNo(), reply)
                        : new Input.JudgeFailed(judge.callNo())));
  }

  private void append(Effect.Append append) {
    getContext()
        .pipeToSelf(
            around.salesLog().append(id, append.entry()),
            (offset, failure) ->
                new Happened(
                    failure == null
                        ? new Input.Appended(append.ticket(), offset)
                        : new Input.AppendFailed(append.ticket())));
  }

  private void follow(Effect.Follow follow) {
    unfollow();
    following =
        around
            .salesLog()
            .follow(id, follow.fromOffset(), new Tail(follow.following(), getContext().getSelf()));
  }

  private void unfollow() {
    if (following != null) {
      following.cancel();
      following = null;
    }
  }

  /** Called on the log's thread; only sends messages. */
  private record Tail(long number, ActorRef<Message> self) implements SalesLog.Listener {
    @Override
    public void onEntry(long offset, long timestampMs, Entry entry) {
      self.tell(new Happened(new Input.LogRead(number, offset, timestampMs, entry)));
    }

    @Override
    public void onScanned(long nextOffset) {
      self.tell(new Happened(new Input.TailScanned(number, nextOffset)));
    }

    @Override
    public void onFresh(long asOfMs) {
      self.tell(new Happened(new Input.TailFresh(number, asOfMs)));
    }

    @Override
    public void onFailure(boolean fatal, String why) {
      self.tell(new Happened(new Input.FollowFailed(number, fatal, why)));
    }
  }

  private void readSnapshot() {
    getContext()
        .pipeToSelf(
            around.recovery().snapshot(id),
            (snapshot, failure) ->
                new Happened(
                    failure == null
                        ? new Input.SnapshotRead(snapshot)
                        : failed("snapshot", failure, new Input.SnapshotFailed())));
  }

  private void adopt(Effect.Adopt adopt) {
    getContext()
        .pipeToSelf(
            around
                .stock()
                .adopt(
                    id,
                    adopt.previous().epoch(),
                    adopt.previous().seq(),
                    adopt.previous().stock(),
                    adopt.epoch(),
                    adopt.previous().sold(),
                    adopt.stock()),
            (reply, failure) ->
                new Happened(
                    failure == null
                        ? new Input.AdoptDone(adopt.epoch(), reply)
                        : failed("adopt", failure, new Input.AdoptFailed(adopt.epoch()))));
  }

  private void load(Effect.Load load) {
    getContext()
        .pipeToSelf(
            around.loads().call(() -> buyerLoad.run(load)),
            (done, failure) ->
                new Happened(
                    failure == null
                        ? new Input.Loaded(load.epoch())
                        : failed("load", failure, new Input.LoadFailed(load.epoch()))));
  }

  private void flip(Effect.Flip flip) {
    getContext()
        .pipeToSelf(
            around.stock().flip(id, flip.epoch(), flip.sold(), flip.stock(), flip.garbage()),
            (reply, failure) ->
                new Happened(
                    failure == null
                        ? new Input.FlipDone(flip.epoch(), reply)
                        : failed("flip", failure, new Input.FlipFailed(flip.epoch()))));
  }

  private Input failed(String step, Throwable failure, Input input) {
    LOG.atWarn()
        .addKeyValue("activityId", id)
        .addKeyValue("step", step)
        .addKeyValue("cause", failure.toString())
        .log("opening an epoch: step failed");
    return input;
  }

  /** A timer that is early does no harm, so an earlier one is left alone, and none is long. */
  private void armWake() {
    long at = core.wakeAtMs();
    if (at < wakeArmedAtMs) {
      disarmWake();
      wakeArmedAtMs = at;
      long delayMs = Math.clamp(at - around.clock().getAsLong(), 0, WAKE_WITHIN_MS);
      ActorRef<Message> self = getContext().getSelf();
      if (delayMs < SCHEDULER_TICK_MS) {
        CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS, Runnable::run)
            .execute(() -> self.tell(WAKE_UP));
      } else {
        wake = getContext().scheduleOnce(Duration.ofMillis(delayMs), self, WAKE_UP);
      }
    }
  }

  private void disarmWake() {
    wakeArmedAtMs = NEVER;
    if (wake != null) {
      wake.cancel();
      wake = null;
    }
  }

  private Behavior<Message> onPostStop() {
    disarmWake();
    unfollow();
    return this;
  }
}
