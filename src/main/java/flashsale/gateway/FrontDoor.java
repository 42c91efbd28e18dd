package flashsale.gateway;

import flashsale.config.Settings;
import flashsale.model.ActivityId;
import flashsale.model.Quoted;
import flashsale.model.UserId;
import flashsale.v1.Inventory;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every request and decides which fault comes first: 401, 403, 404, 405, 415, 413, 400.
 *
 * <p>What has no fault is passed on; a purchase is then refused by the inventory alone. Because an
 * unknown activity outranks what is wrong with the request, a fault is answered only after asking
 * whether there is such an activity; a request without a fault needs no such question.
 */
final class FrontDoor
    implements org.apache.pekko.japi.function.Function<HttpRequest, CompletionStage<HttpResponse>> {
  private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);

  private final transient Settings.Http limits;
  private final Materializer materializer;
  private final transient Tokens tokens;
  private final transient Purchases purchases;
  private final transient Readings readings;
  private final transient Operations operations;

  private FrontDoor(
      Settings.Http limits,
      Materializer materializer,
      Tokens tokens,
      Purchases purchases,
      Readings readings,
      Operations operations) {
    this.limits = limits;
    this.materializer = materializer;
    this.tokens = tokens;
    this.purchases = purchases;
    this.readings = readings;
    this.operations = operations;
  }

  static FrontDoor create(
      ActorSystem<?> system, Settings settings, Inventory inventory, Tokens tokens) {
    FaultLog faults = new FaultLog();
    Backend backend = new Backend(inventory, settings.grpc().callTimeout(), faults);
    Claims claims = new Claims(inventory, settings.grpc(), faults, system.executionContext());
    return new FrontDoor(
        settings.http(),
        Materializer.createMaterializer(system),
        tokens,
        new Purchases(claims, backend),
        new Readings(backend),
        new Operations(backend));
  }

  @Override
  public CompletionStage<HttpResponse> apply(HttpRequest request) {
    try {
      return Body.read(request, limits.bodyBytesMax(), limits.bodyWithin(), materializer)
          .thenCompose(body -> answer(new Exchange(request, body)))
          .exceptionally(FrontDoor::internal);
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(internal(e));
    }
  }

  /** One request with its body. */
  private record Exchange(HttpRequest request, Body body) {
    String method() {
      return request.method().value();
    }
  }

  private CompletionStage<HttpResponse> answer(Exchange exchange) {
    return switch (Route.of(exchange.request().getUri().asScala().path())) {
      case Route.Open open -> unlessFaulty(open, exchange, () -> serve(open, exchange));
      case Route.Shopping shopping ->
          identified(
              exchange,
              caller ->
                  unlessFaulty(shopping, exchange, () -> serve(shopping, exchange, caller.user())));
      case Route.Ops ops ->
          identified(
              exchange,
              caller ->
                  caller.ops()
                      ? unlessFaulty(ops, exchange, () -> serve(ops, exchange))
                      : now(Problem.of(ProblemCode.FORBIDDEN, "The role ops is needed.")));
    };
  }

  private CompletionStage<HttpResponse> identified(
      Exchange exchange, Function<Identity.Caller, CompletionStage<HttpResponse>> serve) {
    return tokens
        .identify(exchange.request())
        .thenCompose(identity ->
            switch (identity) {
              case Identity.Caller caller -> serve.apply(caller);
              case Identity.Absent() -> now(Problem.tokenMissing());
              case Identity.Refused(String why) -> now(Problem.tokenRefused(why));
            });
  }

  private interface Serve {
    CompletionStage<HttpResponse> serve();
  }

  private CompletionStage<HttpResponse> unlessFaulty(Route route, Exchange exchange, Serve serve) {
    Optional<Problem> fault = faultOf(route, exchange);
    return fault.isPresent() ? faulty(route, fault.get()) : serve.serve();
  }

  /** The first fault that shows without looking into the body. */
  private static Optional<Problem> faultOf(Route route, Exchange exchange) {
    Optional<Route.Verb> verb = route.verb();
    if (verb.isEmpty()) {
      return Optional.of(Problem.notFound());
    }
    if (route instanceof Route.OneOrder(String id) && Readings.orderId(id).isEmpty()) {
      return Optional.of(Readings.noSuchOrder());
    }
    if (!verb.get().serves(exchange.method())) {
      return Optional.of(Problem.methodNotAllowed(verb.get().allow()));
    }
    Optional<Problem> ofBody =
        verb.get() == Route.Verb.GET ? Optional.empty() : faultOf(exchange.body());
    return ofBody.isPresent() ? ofBody : faultOfId(route);
  }

  private static Optional<Problem> faultOf(Body body) {
    return switch (body) {
      case Body.Whole(ByteString bytes, boolean json) ->
          bytes.isEmpty() || json ? Optional.empty() : Optional.of(notJson());
      case Body.TooLong(boolean json) ->
          Optional.of(
              json
                  ? Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "The body is longer than allowed.")
                  : notJson());
      case Body.Late() ->
          Optional.of(Problem.of(ProblemCode.REQUEST_TIMEOUT, "The body did not arrive in time."));
      case Body.Broken() ->
          Optional.of(Problem.invalid("body", "ended early or not well-formed", "all of it"));
    };
  }

  private static Problem notJson() {
    return Problem.of(
        ProblemCode.UNSUPPORTED_MEDIA_TYPE, "A body must be sent as application/json.");
  }

  private static Optional<Problem> faultOfId(Route route) {
    return route instanceof Route.OfActivity of && !ActivityId.isValid(of.id())
        ? Optional.of(Problem.invalid("activityId", Quoted.of(of.id()), ActivityId.EXPECTED))
        : Optional.empty();
  }

  private CompletionStage<HttpResponse> faulty(Route route, Problem fault) {
    Optional<ActivityId> activity = route.activity();
    return activity.isPresent()
        ? readings.unknownActivityOr(fault, activity.get()).thenApply(Answers::problem)
        : now(fault);
  }

  private CompletionStage<HttpResponse> serve(Route.Open route, Exchange exchange) {
    return switch (route) {
      case Route.Nowhere() -> now(Problem.notFound());
      case Route.Activities() ->
          switch (Page.of(exchange.request().getUri())) {
            case Parsed.Good<Page>(Page page) -> readings.activities(page);
            case Parsed.Bad<Page>(Problem problem) -> now(problem);
          };
      case Route.OneActivity(String id) -> readings.activity(new ActivityId(id));
    };
  }

  private CompletionStage<HttpResponse> serve(
      Route.Shopping route, Exchange exchange, UserId user) {
    return switch (route) {
      case Route.Purchases(String id) ->
          meaning(
              route,
              exchange,
              Bodies::purchase,
              quantity -> purchases.buy(new ActivityId(id), user));
      case Route.MyPurchase(String id) -> purchases.find(new ActivityId(id), user);
      case Route.Orders() -> readings.orders(user);
      case Route.OneOrder(String id) -> order(Readings.orderId(id), user);
    };
  }

  private CompletionStage<HttpResponse> order(Optional<UUID> id, UserId user) {
    return id.isPresent() ? readings.order(id.get(), user) : now(Readings.noSuchOrder());
  }

  private CompletionStage<HttpResponse> serve(Route.Ops route, Exchange exchange) {
    return switch (route) {
      case Route.NowhereInAdmin() -> now(Problem.notFound());
      case Route.NewActivity() -> meaning(route, exchange, Bodies::newActivity, operations::create);
      case Route.Pause(String id) ->
          meaning(
              route, exchange, Bodies::nothing, nothing -> operations.pause(new ActivityId(id)));
      case Route.Resume(String id) ->
          meaning(
              route, exchange, Bodies::nothing, nothing -> operations.resume(new ActivityId(id)));
      case Route.Close(String id) ->
          meaning(
              route, exchange, Bodies::nothing, nothing -> operations.close(new ActivityId(id)));
      case Route.Repair(String id) ->
          meaning(
              route, exchange, Bodies::nothing, nothing -> operations.repair(new ActivityId(id)));
      case Route.SetStock(String id) ->
          meaning(
              route,
              exchange,
              Bodies::stock,
              stock -> operations.setStock(new ActivityId(id), stock));
      case Route.GetProof(String id) -> operations.proof(new ActivityId(id));
    };
  }

  /** Serves what the body means, or says why it means nothing. */
  private <T> CompletionStage<HttpResponse> meaning(
      Route route,
      Exchange exchange,
      Function<ByteString, Parsed<T>> parse,
      Function<T, CompletionStage<HttpResponse>> serve) {
    if (!(exchange.body() instanceof Body.Whole(ByteString bytes, boolean json))) {
      throw new IllegalStateException("body: not whole (expected: refused before)");
    }
    return switch (parse.apply(bytes)) {
      case Parsed.Good<T>(T value) -> serve.apply(value);
      case Parsed.Bad<T>(Problem problem) -> faulty(route, problem);
    };
  }

  private static CompletionStage<HttpResponse> now(Problem problem) {
    return CompletableFuture.completedFuture(Answers.problem(problem));
  }

  /** A fault of our own. Its story stays in the log, under an id that the caller gets. */
  private static HttpResponse internal(Throwable fault) {
    String id = "urn:uuid:" + UUID.randomUUID();
    LOG.atError().addKeyValue("instance", id).setCause(fault).log("request failed");
    return Answers.problem(
        Problem.of(ProblemCode.INTERNAL, "Something went wrong here; it is logged.")
            .with("instance", id));
  }
}
