package flashsale.gateway;

import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.UserId;
import flashsale.v1.ClaimReply;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.FindPurchaseRequest;
import flashsale.v1.Order;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Buying, and asking what became of it: each reply of the inventory as one HTTP answer. */
final class Purchases {
  private static final RawHeader RETRY_SOON = RawHeader.create("Retry-After", "1");

  /** The same for all, and for most of a crowd. */
  private static final HttpResponse SOLD_OUT =
      Answers.problem(Problem.of(ProblemCode.SOLD_OUT, "Every unit of this stock is sold."));

  private final Claims claims;
  private final Backend backend;

  Purchases(Claims claims, Backend backend) {
    this.claims = claims;
    this.backend = backend;
  }

  CompletionStage<HttpResponse> buy(ActivityId activity, UserId user) {
    return claims.claim(activity, user).thenApply(outcome -> answer(outcome, activity, user));
  }

  private static HttpResponse answer(Claims.Outcome outcome, ActivityId activity, UserId user) {
    return switch (outcome) {
      case Claims.Outcome.Told(ClaimReply reply) -> answer(reply, activity, user);
      case Claims.Outcome.Confirmed(Order order) -> confirmed(order, activity);
      case Claims.Outcome.Unknown() -> pending(activity, user);
      case Claims.Outcome.NotSent() -> Answers.problem(nothingBought(1));
      case Claims.Outcome.NotAllowed() -> Answers.problem(GrpcFaults.refusedByInventory());
    };
  }

  private static HttpResponse answer(ClaimReply reply, ActivityId activity, UserId user) {
    return switch (reply.getOutcomeCase()) {
      case CONFIRMED -> confirmed(reply.getConfirmed(), activity);
      case PENDING, OUTCOME_NOT_SET -> pending(activity, user);
      case ALREADY_PURCHASED ->
          Answers.problem(
              Problem.of(ProblemCode.ALREADY_PURCHASED, "This shopper has it already.")
                  .with("orderId", reply.getAlreadyPurchased().getOrderId()));
      case CLOSED -> Answers.problem(closed());
      case PAUSED ->
          Answers.problem(
              Problem.of(ProblemCode.PAUSED, "Sales are paused; nothing was bought.")
                  .retryAfter(reply.getPaused().getRetryAfterS()));
      case NOT_OPEN -> Answers.problem(notOpen(reply.getNotOpen().getOpensAtMs()));
      case SOLD_OUT -> SOLD_OUT;
      case TRY_AGAIN -> Answers.problem(nothingBought(reply.getTryAgain().getRetryAfterS()));
      case UNKNOWN_ACTIVITY -> Answers.problem(Problem.unknownActivity());
    };
  }

  CompletionStage<HttpResponse> find(ActivityId activity, UserId user) {
    FindPurchaseRequest request =
        FindPurchaseRequest.newBuilder()
            .setActivityId(activity.value())
            .setUserId(user.value())
            .build();
    return backend.ask(
        inventory -> inventory.findPurchase(request), reply -> answer(reply, activity, user));
  }

  private static HttpResponse answer(FindPurchaseReply reply, ActivityId activity, UserId user) {
    return switch (reply.getOutcomeCase()) {
      case CONFIRMED -> Answers.json(200, Json.purchase(reply.getConfirmed()));
      case PENDING -> Answers.json(200, pendingBody(activity, user), RETRY_SOON);
      case NOT_PURCHASED ->
          Answers.problem(
              Problem.of(
                  ProblemCode.NOT_PURCHASED, "This shopper has bought nothing; buying is safe."));
      case TRY_AGAIN -> Answers.problem(nobodyKnows(reply.getTryAgain().getRetryAfterS()));
      case OUTCOME_NOT_SET -> Answers.problem(nobodyKnows(1));
      case UNKNOWN_ACTIVITY -> Answers.problem(Problem.unknownActivity());
    };
  }

  private static HttpResponse confirmed(Order order, ActivityId activity) {
    return Answers.json(201, Json.purchase(order), location(activity));
  }

  private static HttpResponse pending(ActivityId activity, UserId user) {
    return Answers.json(202, pendingBody(activity, user), location(activity), RETRY_SOON);
  }

  private static Json.Content pendingBody(ActivityId activity, UserId user) {
    return Json.pending(OrderId.of(activity, user).toString(), activity.value());
  }

  private static RawHeader location(ActivityId activity) {
    return RawHeader.create("Location", "/v1/activities/" + activity + "/purchases/me");
  }

  private static Problem notOpen(long opensAtMs) {
    Problem problem = Problem.of(ProblemCode.NOT_OPEN, "Sales have not begun.");
    return opensAtMs == 0 ? problem : problem.with("opensAt", Times.format(opensAtMs));
  }

  private static Problem closed() {
    return Problem.of(ProblemCode.CLOSED, "Sales have ended.");
  }

  private static Problem nothingBought(int retryAfterSeconds) {
    return Problem.of(
            ProblemCode.UNAVAILABLE, "This request bought nothing, now or later. Try again.")
        .retryAfter(retryAfterSeconds);
  }

  private static Problem nobodyKnows(int retryAfterSeconds) {
    return Problem.of(ProblemCode.UNAVAILABLE, "Nobody can know right now. Ask again.")
        .retryAfter(retryAfterSeconds);
  }
}
