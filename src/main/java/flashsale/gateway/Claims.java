package flashsale.gateway;

import flashsale.config.Settings;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.FindPurchaseRequest;
import flashsale.v1.Inventory;
import flashsale.v1.Order;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Sends a claim until something true can be said about it, within the claim time-out.
 *
 * <p>A claim is idempotent (the same shopper and activity always mean the same order), so a lost
 * answer may be asked for again. What must never happen is to call a claim failed that may have
 * been received. Hence every attempt carries whether an earlier one may have been received ({@code
 * inDoubt}); from then on only an answer that covers that one too is passed on.
 */
final class Claims {

  /** What is known about a claim at the end. */
  sealed interface Outcome {
    /** An inventory node said so, and it holds for every attempt. */
    record Told(ClaimReply reply) implements Outcome {}

    /** A lost answer, found again: the shopper has it. */
    record Confirmed(Order order) implements Outcome {}

    /** Not known yet; the purchase's URL will tell. */
    record Unknown() implements Outcome {}

    /** No node was reached by any attempt: nothing was bought. */
    record NotSent() implements Outcome {}

    /** The inventory calls it no valid claim; nothing was done. */
    record NotAllowed() implements Outcome {}
  }

  private static final Duration PAUSE_FIRST = Duration.ofMillis(50);

  private final Inventory inventory;
  private final Duration timeout;
  private final int attemptsMax;
  private final FaultLog faults;
  private final Refusals refusals;
  private final Executor executor;

  Claims(Inventory inventory, Settings.Grpc limits, FaultLog faults, Executor executor) {
    this.inventory = inventory;
    this.timeout = limits.claimTimeout();
    this.attemptsMax = limits.claimAttemptsMax();
    this.faults = faults;
    this.refusals = new Refusals(inventory, faults);
    this.executor = executor;
  }

  /**
   * Never fails, and never takes longer than the claim time-out: the first attempt ends by then of
   * itself, and the others are ended.
   */
  CompletionStage<Outcome> claim(ActivityId activity, UserId user) {
    ClaimReply refusal = refusals.of(activity, user);
    if (refusal != null) {
      return CompletableFuture.completedFuture(new Outcome.Told(refusal));
    }
    Claim claim = new Claim(activity, user, System.nanoTime() + timeout.toNanos());
    claim.send(1, false);
    return claim.outcome;
  }

  /** One shopper's claim with all its attempts, one after the other. */
  private final class Claim {
    private final ActivityId activity;
    private final UserId user;
    private final long deadlineNanos;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    Claim(ActivityId activity, UserId user, long deadlineNanos) {
      this.activity = activity;
      this.user = user;
      this.deadlineNanos = deadlineNanos;
    }

    void send(int attempt, boolean inDoubt) {
      ClaimRequest request =
          ClaimRequest.newBuilder()
              .setActivityId(activity.value())
              .setUserId(user.value())
              .setQuantity(1)
              .build();
      long sentNanos = System.nanoTime();
      GrpcFaults.invoke(service -> service.claim(request), inventory)
          .whenComplete((reply, fault) -> {
            if (fault == null) {
              onReply(reply, inDoubt);
              refusals.heard(activity, reply, sentNanos);
            } else {
              onFault(fault, attempt, inDoubt);
            }
          });
    }

    private void onReply(ClaimReply reply, boolean inDoubt) {
      switch (reply.getOutcomeCase()) {
        case ALREADY_PURCHASED -> {
          if (inDoubt) {
            findOrder();
          } else {
            outcome.complete(new Outcome.Told(reply));
          }
        }
        // It speaks for the attempt that got it, not for one that may still be under way.
        case TRY_AGAIN ->
            outcome.complete(inDoubt ? new Outcome.Unknown() : new Outcome.Told(reply));
        case CONFIRMED, CLOSED, PAUSED, NOT_OPEN, SOLD_OUT, UNKNOWN_ACTIVITY ->
            outcome.complete(new Outcome.Told(reply));
        case PENDING, OUTCOME_NOT_SET -> outcome.complete(new Outcome.Unknown());
      }
    }

    /**
     * Our own earlier attempt bought it, or another request of the same shopper: true both ways.
     */
    private void findOrder() {
      FindPurchaseRequest request =
          FindPurchaseRequest.newBuilder()
              .setActivityId(activity.value())
              .setUserId(user.value())
              .build();
      GrpcFaults.invoke(service -> service.findPurchase(request), inventory)
          .whenComplete((reply, fault) ->
              outcome.complete(fault == null ? found(reply) : new Outcome.Unknown()));
    }

    private static Outcome found(FindPurchaseReply reply) {
      return reply.hasConfirmed()
          ? new Outcome.Confirmed(reply.getConfirmed())
          : new Outcome.Unknown();
    }

    private void onFault(Throwable fault, int attempt, boolean inDoubtBefore) {
      Status.Code code = GrpcFaults.code(fault);
      if (code == Status.Code.INVALID_ARGUMENT) {
        outcome.complete(new Outcome.NotAllowed());
        return;
      }
      faults.note("claim got no answer", fault);
      boolean inDoubt = inDoubtBefore || !GrpcFaults.nothingWasSent(fault);
      Duration pause = PAUSE_FIRST.multipliedBy(1L << (attempt - 1));
      boolean timeLeft = deadlineNanos - System.nanoTime() > 2 * pause.toNanos();
      if (isWorthAnother(code) && attempt < attemptsMax && timeLeft) {
        outcome.completeOnTimeout(
            new Outcome.Unknown(), deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS, executor)
            .execute(() -> send(attempt + 1, inDoubt));
      } else {
        outcome.complete(inDoubt ? new Outcome.Unknown() : new Outcome.NotSent());
      }
    }

    /** A node that went away, or stumbled. One that ran out of time has no use for more work. */
    private static boolean isWorthAnother(Status.Code code) {
      return switch (code) {
        case UNAVAILABLE, ABORTED, CANCELLED, INTERNAL, UNKNOWN -> true;
        default -> false;
      };
    }
  }
}
