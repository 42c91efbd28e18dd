package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.saleslog.SalesLog;
import flashsale.stock.ClaimCall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads once all that an opening reads, for an activity that does not exist, before a node hosts
 * any: that opens connections, loads classes and scripts. Writes nothing. Otherwise the first
 * activities that move to a new node would wait for all that, in the middle of their sale.
 */
public final class Rehearsal {
  private static final ActivityId NOBODYS = new ActivityId("rehearsal");

  /** Of no activity, so Redis does nothing. */
  private static final long NO_EPOCH = 0;

  private static final Duration WITHIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  private final ActorSystem<?> system;
  private final ActivityActor.Surroundings around;

  private Rehearsal(ActorSystem<?> system, ActivityActor.Surroundings around) {
    this.system = system;
    this.around = around;
  }

  /**
   * Never fails, and takes a few seconds at most: with a server away the node starts cold.
   *
   * @param prepared when tables and topic are there
   */
  public static CompletionStage<Done> hold(
      ActorSystem<?> system, ActivityActor.Surroundings around, CompletionStage<?> prepared) {
    Rehearsal rehearsal = new Rehearsal(system, around);
    return prepared
        .thenCompose(ready ->
            CompletableFuture.allOf(
                rehearsal.journal().toCompletableFuture(),
                rehearsal.log().toCompletableFuture(),
                rehearsal.redis().toCompletableFuture()))
        .toCompletableFuture()
        .orTimeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .handle((done, failure) -> {
          if (failure == null) {
            LOG.info("rehearsed");
          } else {
            LOG.atWarn().addKeyValue("cause", failure.toString()).log("not rehearsed");
          }
          return Done.getInstance();
        });
  }

  private CompletionStage<Done> journal() {
    CompletableFuture<Done> read = new CompletableFuture<>();
    system.systemActorOf(reader(read), "rehearsal", Props.empty());
    return read;
  }

  private static Behavior<ActivityActor.Message> reader(CompletableFuture<Done> read) {
    return Behaviors.setup(context -> {
      ActorRef<ActivityActor.Message> self = context.getSelf();
      context.watch(context.spawn(Journal.create(NOBODYS, self, 0), "journal"));
      return Behaviors.receive(ActivityActor.Message.class)
          .onMessage(
              ActivityActor.JournalReplayed.class,
              replayed -> {
                read.complete(Done.getInstance());
                return Behaviors.stopped();
              })
          .onSignal(
              Terminated.class,
              failed -> {
                read.completeExceptionally(new IllegalStateException("journal not read"));
                return Behaviors.stopped();
              })
          .build();
    });
  }

  private CompletionStage<Done> log() {
    return around
        .recovery()
        .snapshot(NOBODYS)
        .thenCompose(snapshot -> {
          CompletableFuture<Done> heard = new CompletableFuture<>();
          SalesLog.Subscription following =
              around.salesLog().follow(NOBODYS, snapshot.nextOffset(), new UntilFresh(heard));
          return heard
              .orTimeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete((done, failure) -> following.cancel());
        });
  }

  private record UntilFresh(CompletableFuture<Done> heard) implements SalesLog.Listener {
    @Override
    public void onEntry(long offset, long timestampMs, Entry entry) {
      // somebody's activity has this name; nothing comes of it
    }

    @Override
    public void onScanned(long nextOffset) {
      // only the end matters
    }

    @Override
    public void onFresh(long asOfMs) {
      heard.complete(Done.getInstance());
    }

    @Override
    public void onFailure(boolean fatal, String why) {
      heard.completeExceptionally(new IllegalStateException(why));
    }
  }

  private CompletionStage<?> redis() {
    ClaimCall.Ask ask = new ClaimCall.Ask(new UserId("nobody"), false);
    return around
        .stock()
        .claim(new ClaimCall(NOBODYS, NO_EPOCH, 1, 0, 0, List.of(ask)))
        .thenCompose(refused -> around.stock().adopt(NOBODYS, NO_EPOCH, 0, 0, NO_EPOCH + 1, 0, 0));
  }
}
