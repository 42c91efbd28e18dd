package flashsale.gateway;

import flashsale.model.ActivityId;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.CloseActivityRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.GetProofReply;
import flashsale.v1.GetProofRequest;
import flashsale.v1.PauseActivityRequest;
import flashsale.v1.RepairActivityReply;
import flashsale.v1.RepairActivityRequest;
import flashsale.v1.ResumeActivityRequest;
import flashsale.v1.SetStockRequest;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** What operators do with an activity. All of it is repeatable, so a fault is 503: do it again. */
final class Operations {
  private final Backend backend;

  Operations(Backend backend) {
    this.backend = backend;
  }

  CompletionStage<HttpResponse> create(CreateActivityRequest request) {
    return backend.ask(inventory -> inventory.createActivity(request), Operations::created);
  }

  private static HttpResponse created(ChangeActivityReply reply) {
    return reply.hasDone()
        ? Answers.json(
            201,
            Json.activity(reply.getDone()),
            RawHeader.create("Location", "/v1/activities/" + reply.getDone().getActivityId()))
        : changed(reply);
  }

  CompletionStage<HttpResponse> pause(ActivityId id) {
    PauseActivityRequest request =
        PauseActivityRequest.newBuilder().setActivityId(id.value()).build();
    return backend.ask(inventory -> inventory.pauseActivity(request), Operations::changed);
  }

  CompletionStage<HttpResponse> resume(ActivityId id) {
    ResumeActivityRequest request =
        ResumeActivityRequest.newBuilder().setActivityId(id.value()).build();
    return backend.ask(inventory -> inventory.resumeActivity(request), Operations::changed);
  }

  CompletionStage<HttpResponse> close(ActivityId id) {
    CloseActivityRequest request =
        CloseActivityRequest.newBuilder().setActivityId(id.value()).build();
    return backend.ask(inventory -> inventory.closeActivity(request), Operations::changed);
  }

  CompletionStage<HttpResponse> setStock(ActivityId id, long stock) {
    SetStockRequest request =
        SetStockRequest.newBuilder().setActivityId(id.value()).setStock(stock).build();
    return backend.ask(inventory -> inventory.setStock(request), Operations::changed);
  }

  private static HttpResponse changed(ChangeActivityReply reply) {
    return switch (reply.getOutcomeCase()) {
      case DONE -> Answers.json(200, Json.activity(reply.getDone()));
      case ALREADY_SO -> Answers.json(200, Json.activity(reply.getAlreadySo()));
      case EXISTS ->
          Answers.problem(
              Problem.of(
                  ProblemCode.ACTIVITY_EXISTS,
                  "There is an activity of this id with other content."));
      case BELOW_SOLD -> Answers.problem(belowSold(reply.getBelowSold().getSold()));
      case CLOSED -> Answers.problem(Problem.of(ProblemCode.CLOSED, "Sales have ended."));
      case UNKNOWN_ACTIVITY -> Answers.problem(Problem.unknownActivity());
      case TRY_AGAIN -> Answers.problem(notNow().retryAfter(reply.getTryAgain().getRetryAfterS()));
      case OUTCOME_NOT_SET -> Answers.problem(notNow().retryAfter(1));
    };
  }

  private static Problem belowSold(long sold) {
    return Problem.of(
            ProblemCode.BELOW_SOLD, "stock: below what is sold (expected: >= " + sold + ")")
        .with("sold", sold);
  }

  private static Problem notNow() {
    return Problem.of(ProblemCode.UNAVAILABLE, "This cannot be done right now. Try again.");
  }

  CompletionStage<HttpResponse> proof(ActivityId id) {
    GetProofRequest request = GetProofRequest.newBuilder().setActivityId(id.value()).build();
    return backend.ask(inventory -> inventory.getProof(request), Operations::proof);
  }

  /** Answers with the proof afterwards; 202 while it goes on. */
  CompletionStage<HttpResponse> repair(ActivityId id) {
    RepairActivityRequest request =
        RepairActivityRequest.newBuilder().setActivityId(id.value()).build();
    return backend.ask(
        inventory -> inventory.repairActivity(request), reply -> repaired(reply, id));
  }

  private static HttpResponse repaired(RepairActivityReply reply, ActivityId id) {
    return switch (reply.getOutcomeCase()) {
      case REPAIRED -> Answers.json(200, Json.proof(reply.getRepaired()));
      case UNDER_WAY ->
          Answers.json(
              202,
              Json.repairing(id.value()),
              RawHeader.create("Location", "/v1/admin/activities/" + id + "/proof"),
              RawHeader.create("Retry-After", "1"));
      case UNKNOWN_ACTIVITY -> Answers.problem(Problem.unknownActivity());
      case TRY_AGAIN -> Answers.problem(notNow().retryAfter(reply.getTryAgain().getRetryAfterS()));
      case OUTCOME_NOT_SET -> Answers.problem(notNow().retryAfter(1));
    };
  }

  private static HttpResponse proof(GetProofReply reply) {
    return switch (reply.getOutcomeCase()) {
      case PROOF -> Answers.json(200, Json.proof(reply.getProof()));
      case UNKNOWN_ACTIVITY -> Answers.problem(Problem.unknownActivity());
      case OUTCOME_NOT_SET -> Answers.problem(notNow().retryAfter(1));
    };
  }
}
