package flashsale.grpc;

import flashsale.activity.ActivityActor;
import flashsale.activity.Answer;
import flashsale.activity.ClaimBatcher;
import flashsale.config.Settings;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.UserId;
import flashsale.projection.Reads;
import flashsale.stock.Stock;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimBatch;
import flashsale.v1.ClaimReplies;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.CloseActivityRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.FindPurchaseRequest;
import flashsale.v1.GetActivityReply;
import flashsale.v1.GetActivityRequest;
import flashsale.v1.GetBuyerFilterReply;
import flashsale.v1.GetBuyerFilterRequest;
import flashsale.v1.GetOrderReply;
import flashsale.v1.GetOrderRequest;
import flashsale.v1.GetProofReply;
import flashsale.v1.GetProofRequest;
import flashsale.v1.Inventory;
import flashsale.v1.ListActivitiesReply;
import flashsale.v1.ListActivitiesRequest;
import flashsale.v1.ListOrdersReply;
import flashsale.v1.ListOrdersRequest;
import flashsale.v1.Nothing;
import flashsale.v1.PauseActivityRequest;
import flashsale.v1.RepairActivityReply;
import flashsale.v1.RepairActivityRequest;
import flashsale.v1.ResumeActivityRequest;
import flashsale.v1.SetStockRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.javadsl.Source;

/** The service itself: each call is one question to an activity's actor, or one query. */
public final class InventoryService implements Inventory {
  private static final Nothing NOTHING = Nothing.getDefaultInstance();

  private static final RepairActivityReply STILL_REPAIRING =
      RepairActivityReply.newBuilder().setUnderWay(NOTHING).build();

  /** How long Postgres is waited for where the actor knows too. */
  private static final Duration POSTGRES_WITHIN = Duration.ofSeconds(1);

  /** A hand-over takes a moment. Doubled with every repeat of a question. */
  private static final Duration MOVING_PAUSE = Duration.ofMillis(50);

  private final ClusterSharding sharding;
  private final ClaimBatcher claims;
  private final ClaimStreams streams;
  private final CallLimit calls;
  private final Stock stock;
  private final Reads reads;
  private final Duration claimTimeout;
  private final Duration callTimeout;
  private final Duration repairPatience;

  public InventoryService(ActorSystem<?> system, Stock stock, Reads reads, Settings.Grpc settings) {
    this.sharding = ClusterSharding.get(system);
    this.claims = ClaimBatcher.start(system, settings.claimTimeout());
    this.stock = stock;
    this.reads = reads;
    this.calls = new CallLimit(settings.callsUnderWayMax());
    this.streams = new ClaimStreams(system, claims, calls);
    this.claimTimeout = settings.claimTimeout();
    this.callTimeout = settings.callTimeout();
    // The gateway waits no longer than a call; half of it is left for the proof.
    this.repairPatience = settings.callTimeout().dividedBy(2);
  }

  /** A mailbox has no bound of its own, so what goes there has one. */
  private CompletionStage<Answer> ask(
      ActivityId id, Function<ActorRef<Answer>, ActivityActor.Message> message, Duration timeout) {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    return calls.within(
        () -> ask(id, message, timeout, deadlineNs, MOVING_PAUSE), new Answer.TryAgain());
  }

  private static Executor after(Duration pause) {
    return CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** An actor that ends says so, and nothing came of it: the one that follows is asked. */
  private CompletionStage<Answer> ask(
      ActivityId id,
      Function<ActorRef<Answer>, ActivityActor.Message> message,
      Duration left,
      long deadlineNs,
      Duration pause) {
    return sharding
        .entityRefFor(ActivityActor.KEY, id.value())
        .ask(message, left)
        .thenCompose(answer -> {
          if (!(answer instanceof Answer.Moving)) {
            return CompletableFuture.completedFuture(answer);
          }
          Duration leftAfterPause = Duration.ofNanos(deadlineNs - System.nanoTime()).minus(pause);
          return leftAfterPause.isPositive()
              ? CompletableFuture.supplyAsync(() -> leftAfterPause, after(pause))
                  .thenCompose(rest -> ask(id, message, rest, deadlineNs, pause.multipliedBy(2)))
              : CompletableFuture.completedFuture(new Answer.TryAgain());
        });
  }

  /**
   * Turns what the constructors of the model refuse into INVALID_ARGUMENT, before anything was
   * done.
   */
  private static <T> CompletionStage<T> validated(Supplier<CompletionStage<T>> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(Faults.invalidArgument(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public CompletionStage<ClaimReply> claim(ClaimRequest in) {
    return validated(() -> {
      ActivityId id = new ActivityId(in.getActivityId());
      UserId user = new UserId(in.getUserId());
      Wire.requireOne(in.getQuantity());
      return calls
          .within(() -> claims.claim(id, user), new Answer.TryAgain())
          .thenApply(Wire::claimReply);
    });
  }

  @Override
  public Source<ClaimReplies, NotUsed> claims(Source<ClaimBatch, NotUsed> in) {
    return streams.open(in);
  }

  /**
   * Takes no more claims from streams, and ends each when what it brought is answered. A gateway
   * asks again elsewhere for what was not.
   */
  public void endStreams() {
    streams.end();
  }

  /** Postgres knows all of an order, but later; the actor knows at once whether there is one. */
  @Override
  public CompletionStage<FindPurchaseReply> findPurchase(FindPurchaseRequest in) {
    return validated(() -> {
      ActivityId id = new ActivityId(in.getActivityId());
      UserId user = new UserId(in.getUserId());
      return stored(id, user)
          .thenCompose(stored ->
              stored.isPresent()
                  ? CompletableFuture.completedFuture(new Answer.Confirmed(stored.get()))
                  : ask(id, replyTo -> new ActivityActor.FindPurchase(user, replyTo), claimTimeout))
          .thenApply(Wire::findPurchaseReply);
    });
  }

  /** Empty also when Postgres is away or hangs, which must not keep the actor from answering. */
  private CompletionStage<Optional<Order>> stored(ActivityId id, UserId user) {
    return reads
        .order(id, user)
        .toCompletableFuture()
        .completeOnTimeout(Optional.empty(), POSTGRES_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(postgresIsAway -> Optional.empty());
  }

  @Override
  public CompletionStage<GetBuyerFilterReply> getBuyerFilter(GetBuyerFilterRequest in) {
    return validated(
        () -> BuyerFilter.read(reads, new ActivityId(in.getActivityId()), in.getSold()));
  }

  @Override
  public CompletionStage<GetActivityReply> getActivity(GetActivityRequest in) {
    return validated(() -> {
      ActivityId id = new ActivityId(in.getActivityId());
      return ask(id, ActivityActor.Look::new, callTimeout)
          .thenCompose(answer -> getActivity(id, answer));
    });
  }

  private CompletionStage<GetActivityReply> getActivity(ActivityId id, Answer answer) {
    return switch (answer) {
      case Answer.View view ->
          sold(id, view)
              .thenApply(sold ->
                  GetActivityReply.newBuilder()
                      .setFound(Wire.activity(view.row(), sold, Instant.now()))
                      .build());
      case Answer.UnknownActivity unknown ->
          CompletableFuture.completedFuture(
              GetActivityReply.newBuilder().setUnknownActivity(NOTHING).build());
      default ->
          CompletableFuture.failedFuture(
              Faults.unavailable("the activity's journal cannot be read now"));
    };
  }

  /**
   * The actor's own count while its epoch is open; otherwise Postgres has it, as nothing is being
   * sold.
   */
  private CompletionStage<Long> sold(ActivityId id, Answer.View view) {
    if (view.ledger() != null) {
      return CompletableFuture.completedFuture(view.ledger().sold());
    }
    if (!view.row().opened()) {
      return CompletableFuture.completedFuture(0L);
    }
    return reads.activity(id).thenApply(listed -> listed.map(Reads.Listed::sold).orElse(0L));
  }

  @Override
  public CompletionStage<ListActivitiesReply> listActivities(ListActivitiesRequest in) {
    return validated(() -> {
      CompletionStage<List<Reads.Listed>> page =
          in.getAfter().isEmpty()
              ? reads.activities()
              : reads.activitiesAfter(new ActivityId(in.getAfter()));
      return page.thenApply(InventoryService::listActivities);
    });
  }

  private static ListActivitiesReply listActivities(List<Reads.Listed> page) {
    Instant now = Instant.now();
    ListActivitiesReply.Builder reply = ListActivitiesReply.newBuilder();
    page.forEach(one -> reply.addActivities(Wire.activity(one.row(), one.sold(), now)));
    return reply.build();
  }

  @Override
  public CompletionStage<ListOrdersReply> listOrders(ListOrdersRequest in) {
    return validated(() ->
        reads
            .orders(new UserId(in.getUserId()))
            .thenApply(orders ->
                ListOrdersReply.newBuilder()
                    .addAllOrders(orders.stream().map(Wire::order).toList())
                    .build()));
  }

  @Override
  public CompletionStage<GetOrderReply> getOrder(GetOrderRequest in) {
    return validated(() ->
        reads
            .order(new UserId(in.getUserId()), Wire.orderId(in.getOrderId()))
            .thenApply(InventoryService::getOrder));
  }

  private static GetOrderReply getOrder(Optional<Order> found) {
    GetOrderReply.Builder reply = GetOrderReply.newBuilder();
    return found
        .map(order -> reply.setFound(Wire.order(order)).build())
        .orElseGet(() -> reply.setNotFound(NOTHING).build());
  }

  @Override
  public CompletionStage<ChangeActivityReply> createActivity(CreateActivityRequest in) {
    return validated(() -> {
      Activity activity = Wire.activity(in);
      return change(activity.id(), replyTo -> new ActivityActor.Create(activity, replyTo));
    });
  }

  @Override
  public CompletionStage<ChangeActivityReply> pauseActivity(PauseActivityRequest in) {
    return validated(() -> change(new ActivityId(in.getActivityId()), ActivityActor.Pause::new));
  }

  @Override
  public CompletionStage<ChangeActivityReply> resumeActivity(ResumeActivityRequest in) {
    return validated(() -> change(new ActivityId(in.getActivityId()), ActivityActor.Resume::new));
  }

  @Override
  public CompletionStage<ChangeActivityReply> closeActivity(CloseActivityRequest in) {
    return validated(() -> change(new ActivityId(in.getActivityId()), ActivityActor.Close::new));
  }

  @Override
  public CompletionStage<ChangeActivityReply> setStock(SetStockRequest in) {
    return validated(() -> {
      long newStock = Activity.requireStock(in.getStock());
      return change(
          new ActivityId(in.getActivityId()),
          replyTo -> new ActivityActor.SetStock(newStock, replyTo));
    });
  }

  private CompletionStage<ChangeActivityReply> change(
      ActivityId id, Function<ActorRef<Answer>, ActivityActor.Message> message) {
    return ask(id, message, callTimeout).thenCompose(answer -> changed(id, answer));
  }

  /**
   * An actor without a ledger does not know what is left, so the reply is completed from Postgres.
   */
  private CompletionStage<ChangeActivityReply> changed(ActivityId id, Answer answer) {
    Answer.View view =
        switch (answer) {
          case Answer.Done done -> done.view();
          case Answer.AlreadySo so -> so.view();
          default -> null;
        };
    if (view == null || view.ledger() != null || !view.row().opened()) {
      return CompletableFuture.completedFuture(Wire.changeReply(answer));
    }
    return sold(id, view)
        .thenApply(sold -> {
          flashsale.v1.Activity activity = Wire.activity(view.row(), sold, Instant.now());
          ChangeActivityReply.Builder reply = ChangeActivityReply.newBuilder();
          return answer instanceof Answer.Done
              ? reply.setDone(activity).build()
              : reply.setAlreadySo(activity).build();
        });
  }

  @Override
  public CompletionStage<GetProofReply> getProof(GetProofRequest in) {
    return validated(() -> {
      ActivityId id = new ActivityId(in.getActivityId());
      return reads
          .proof(id)
          .thenCompose(postgres ->
              ask(id, ActivityActor.Look::new, callTimeout)
                  .thenCompose(before -> proof(id, postgres, before)));
    });
  }

  /** A rebuild takes as long as there are buyers to load, so one that goes on is no failure. */
  @Override
  public CompletionStage<RepairActivityReply> repairActivity(RepairActivityRequest in) {
    return validated(() -> {
      ActivityId id = new ActivityId(in.getActivityId());
      return ask(id, ActivityActor.Repair::new, repairPatience)
          .thenApply(Optional::of)
          .exceptionally(InventoryService::emptyIfLate)
          .thenCompose(answer ->
              answer
                  .map(done -> repaired(id, done))
                  .orElseGet(() -> CompletableFuture.completedFuture(STILL_REPAIRING)));
    });
  }

  private static Optional<Answer> emptyIfLate(Throwable failure) {
    if (Faults.cause(failure) instanceof TimeoutException) {
      return Optional.empty();
    }
    throw failure instanceof CompletionException known ? known : new CompletionException(failure);
  }

  private CompletionStage<RepairActivityReply> repaired(ActivityId id, Answer answer) {
    return switch (answer) {
      case Answer.Done done ->
          getProof(GetProofRequest.newBuilder().setActivityId(id.value()).build())
              .thenApply(
                  reply -> RepairActivityReply.newBuilder().setRepaired(reply.getProof()).build());
      default -> CompletableFuture.completedFuture(Wire.notRepaired(answer));
    };
  }

  private CompletionStage<GetProofReply> proof(
      ActivityId id, Reads.PostgresBook postgres, Answer first) {
    return switch (first) {
      case Answer.View before ->
          stock
              .read(id)
              .thenCompose(redis ->
                  ask(id, ActivityActor.Look::new, callTimeout)
                      .thenApply(second -> {
                        Answer.View after = second instanceof Answer.View view ? view : before;
                        Books books = new Books(postgres, before, redis, after);
                        return GetProofReply.newBuilder().setProof(books.proof()).build();
                      }));
      case Answer.UnknownActivity unknown ->
          CompletableFuture.completedFuture(
              GetProofReply.newBuilder().setUnknownActivity(NOTHING).build());
      default ->
          CompletableFuture.failedFuture(
              Faults.unavailable("the activity's journal cannot be read now"));
    };
  }
}
