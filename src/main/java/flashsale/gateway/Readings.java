package flashsale.gateway;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.v1.GetActivityReply;
import flashsale.v1.GetActivityRequest;
import flashsale.v1.GetOrderReply;
import flashsale.v1.GetOrderRequest;
import flashsale.v1.ListActivitiesRequest;
import flashsale.v1.ListOrdersRequest;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Activities for everybody, and a shopper's own orders. */
final class Readings {
  private static final int UUID_CHARACTERS = 36;

  private final Backend backend;

  Readings(Backend backend) {
    this.backend = backend;
  }

  CompletionStage<HttpResponse> activities(Page page) {
    ListActivitiesRequest request =
        ListActivitiesRequest.newBuilder()
            .setAfter(page.after().map(ActivityId::value).orElse(""))
            .build();
    return backend.ask(
        inventory -> inventory.listActivities(request),
        reply ->
            Answers.json(
                200,
                Json.list(
                    "activities",
                    reply.getActivitiesList().stream().map(Json::activity).toList())));
  }

  CompletionStage<HttpResponse> activity(ActivityId id) {
    GetActivityRequest request = request(id);
    return backend.ask(inventory -> inventory.getActivity(request), Readings::answer);
  }

  private static HttpResponse answer(GetActivityReply reply) {
    return switch (reply.getOutcomeCase()) {
      case FOUND -> Answers.json(200, Json.activity(reply.getFound()));
      case UNKNOWN_ACTIVITY -> Answers.problem(Problem.unknownActivity());
      case OUTCOME_NOT_SET -> Answers.problem(noAnswer());
    };
  }

  /**
   * The problem to answer with when a request about this activity has a fault: that there is no
   * such activity comes first. When that cannot be known right now, the fault is what is known.
   */
  CompletionStage<Problem> unknownActivityOr(Problem fault, ActivityId id) {
    GetActivityRequest request = request(id);
    return backend.askOr(
        inventory -> inventory.getActivity(request),
        reply -> reply.hasUnknownActivity() ? Problem.unknownActivity() : fault,
        unavailable -> fault);
  }

  private static GetActivityRequest request(ActivityId id) {
    return GetActivityRequest.newBuilder().setActivityId(id.value()).build();
  }

  CompletionStage<HttpResponse> orders(UserId user) {
    ListOrdersRequest request = ListOrdersRequest.newBuilder().setUserId(user.value()).build();
    return backend.ask(
        inventory -> inventory.listOrders(request),
        reply ->
            Answers.json(
                200,
                Json.list("orders", reply.getOrdersList().stream().map(Json::order).toList())));
  }

  CompletionStage<HttpResponse> order(UUID order, UserId user) {
    GetOrderRequest request =
        GetOrderRequest.newBuilder().setUserId(user.value()).setOrderId(order.toString()).build();
    return backend.ask(inventory -> inventory.getOrder(request), Readings::answer);
  }

  private static HttpResponse answer(GetOrderReply reply) {
    return switch (reply.getOutcomeCase()) {
      case FOUND -> Answers.json(200, Json.order(reply.getFound()));
      case NOT_FOUND -> Answers.problem(noSuchOrder());
      case OUTCOME_NOT_SET -> Answers.problem(noAnswer());
    };
  }

  /** Nobody's, or somebody else's: the two are not told apart. */
  static Problem noSuchOrder() {
    return Problem.of(ProblemCode.NOT_FOUND, "This shopper has no order of this id.");
  }

  /** The UUID that {@code text} is in full; the JDK's parser also takes abbreviated ones. */
  static Optional<UUID> orderId(String text) {
    if (text.length() != UUID_CHARACTERS) {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Problem noAnswer() {
    return Problem.unavailable("Nobody can answer right now. Try again.");
  }
}
