package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.activity.ActivityActor;
import flashsale.activity.Answer;
import flashsale.activity.AnswerSamples;
import flashsale.v1.ClaimBatch;
import flashsale.v1.ClaimReplies;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.CloseActivityRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.FindPurchaseRequest;
import flashsale.v1.GetActivityRequest;
import flashsale.v1.GetOrderRequest;
import flashsale.v1.GetProofRequest;
import flashsale.v1.Inventory;
import flashsale.v1.InventoryClient;
import flashsale.v1.ListActivitiesRequest;
import flashsale.v1.ListOrdersRequest;
import flashsale.v1.NumberedClaim;
import flashsale.v1.NumberedReply;
import flashsale.v1.PauseActivityRequest;
import flashsale.v1.Product;
import flashsale.v1.RepairActivityReply;
import flashsale.v1.RepairActivityRequest;
import flashsale.v1.ResumeActivityRequest;
import flashsale.v1.SetStockRequest;
import flashsale.v1.health.HealthCheckRequest;
import flashsale.v1.health.HealthCheckResponse.ServingStatus;
import flashsale.v1.health.HealthClient;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The server, called by a real client, with actors that say what a test needs and no servers. */
class GrpcServerTest {
  private static final String ACTIVITY = "headphones";

  /** Its actor answers no claim. */
  private static final String SILENT = "silent";

  /** Its actor answers what no question of the contract can be answered with. */
  private static final String ODD = "odd";

  /** Its actor ends when it is asked for the first time, and the next one answers. */
  private static final String MOVING = "moving";

  /** Its actors end whenever they are asked. */
  private static final String ALWAYS_MOVING = "always-moving";

  private static final AtomicInteger MOVES = new AtomicInteger();
  private static final AtomicBoolean SERVES = new AtomicBoolean(true);

  /** Takes connections and says nothing. */
  private static ServerSocket hangingPostgres;

  private static RunningInventory inventory;
  private static InventoryClient client;

  @BeforeAll
  static void start() throws Exception {
    hangingPostgres = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    inventory =
        RunningInventory.start(
            """
            flashsale.grpc { claim-timeout = 2 s, call-timeout = 2 s, calls-under-way-max = 3 }
            flashsale.postgres { port = %d, connection-timeout = 60 s }
            """
                .formatted(hangingPostgres.getLocalPort()),
            GrpcServerTest::actor,
            SERVES::get);
    client = inventory.client();
  }

  private static Behavior<ActivityActor.Message> actor(String activity) {
    return Behaviors.receiveMessage(message -> {
      switch (message) {
        case ActivityActor.Command command when activity.equals(ODD) ->
            command.replyTo().tell(new Answer.BelowSold(1));
        case ActivityActor.Claims claims when activity.equals(ODD) ->
            answer(claims, new Answer.BelowSold(1));
        case ActivityActor.Claims claims
            when activity.equals(ALWAYS_MOVING)
                || activity.equals(MOVING) && MOVES.getAndIncrement() == 0 ->
            answer(claims, new Answer.Moving());
        case ActivityActor.Claims claims when !activity.equals(SILENT) ->
            answer(claims, new Answer.Confirmed(AnswerSamples.ORDER));
        case ActivityActor.Repair repair when !activity.equals(SILENT) ->
            repair.replyTo().tell(new Answer.UnknownActivity());
        case ActivityActor.FindPurchase find -> find.replyTo().tell(new Answer.NotPurchased());
        default -> {}
      }
      return Behaviors.same();
    });
  }

  private static void answer(ActivityActor.Claims claims, Answer answer) {
    claims.replyTo().tell(AnswerSamples.to(claims, answer));
  }

  @AfterAll
  static void stop() throws IOException {
    hangingPostgres.close();
    inventory.close();
  }

  private static ClaimRequest.Builder claim(String activity) {
    return ClaimRequest.newBuilder().setActivityId(activity).setUserId("alice");
  }

  private static <T> T answer(CompletionStage<T> call) throws Exception {
    return call.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static Status refusal(CompletionStage<?> call) {
    Throwable fault =
        call.handle((reply, failure) ->
                failure == null ? new AssertionError("was answered: " + reply) : failure)
            .toCompletableFuture()
            .orTimeout(20, TimeUnit.SECONDS)
            .join();
    return Status.fromThrowable(fault);
  }

  private static void assertRefused(CompletionStage<?> call, String why) {
    Status status = refusal(call);
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).isEqualTo(why);
  }

  @Test
  void asksTheNextActorWhereOneEnds() throws Exception {
    ClaimReply reply = answer(client.claim(claim(MOVING).build()));
    assertThat(reply.hasConfirmed()).isTrue();
    assertThat(MOVES).hasValue(2);
  }

  @Test
  void answersEachClaimOfAStreamAndRefusesTheBadOnes() throws Exception {
    ClaimBatch batch =
        ClaimBatch.newBuilder()
            .addClaims(NumberedClaim.newBuilder().setNumber(7).setClaim(claim(ACTIVITY)))
            .addClaims(NumberedClaim.newBuilder().setNumber(8).setClaim(claim("a b")))
            .addClaims(NumberedClaim.newBuilder().setNumber(9).setClaim(claim(SILENT)))
            .build();
    List<NumberedReply> replies =
        answer(
            client
                .claims(Source.single(batch))
                .mapConcat(ClaimReplies::getRepliesList)
                .runWith(Sink.seq(), inventory.system()));

    assertThat(replies).extracting(NumberedReply::getNumber).containsExactlyInAnyOrder(7L, 8L, 9L);
    for (NumberedReply reply : replies) {
      switch ((int) reply.getNumber()) {
        case 7 -> assertThat(reply.getReply().hasConfirmed()).isTrue();
        case 8 ->
            assertThat(reply.getFault().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        default ->
            assertThat(reply.getFault().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED.value());
      }
    }
  }

  @Test
  void saysTryAgainWhereNoActorStays() throws Exception {
    ClaimReply reply = answer(client.claim(claim(ALWAYS_MOVING).build()));
    assertThat(reply.hasTryAgain()).isTrue();
  }

  @Test
  void saysWhetherItServes() throws Exception {
    HealthClient health =
        HealthClient.create(
            GrpcClientSettings.connectToServiceAt("127.0.0.1", inventory.port(), inventory.system())
                .withTls(false),
            inventory.system());
    HealthCheckRequest whole = HealthCheckRequest.getDefaultInstance();
    HealthCheckRequest one = HealthCheckRequest.newBuilder().setService(Inventory.name).build();
    HealthCheckRequest other = HealthCheckRequest.newBuilder().setService("other").build();
    List<ServingStatus> watched = new CopyOnWriteArrayList<>();
    var unused =
        health
            .watch(whole)
            .runForeach(response -> watched.add(response.getStatus()), inventory.system());

    assertThat(answer(health.check(whole)).getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThat(answer(health.check(one)).getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThat(refusal(health.check(other)).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    await().untilAsserted(() -> assertThat(watched).containsExactly(ServingStatus.SERVING));
    SERVES.set(false);
    assertThat(answer(health.check(one)).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    await()
        .untilAsserted(() ->
            assertThat(watched).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING));
    SERVES.set(true);
    answer(health.close());
  }

  @Test
  void answersAClaim() throws Exception {
    ClaimReply reply = answer(client.claim(claim(ACTIVITY).build()));

    assertThat(reply.getConfirmed()).isEqualTo(Wire.order(AnswerSamples.ORDER));
  }

  @Test
  void takesAQuantityOfOne() throws Exception {
    assertThat(answer(client.claim(claim(ACTIVITY).setQuantity(1).build())).hasConfirmed())
        .isTrue();
  }

  @Test
  void refusesAnyOtherQuantity() {
    for (int quantity : new int[] {2, -1, Integer.MAX_VALUE}) {
      assertRefused(
          client.claim(claim(ACTIVITY).setQuantity(quantity).build()),
          "quantity: " + quantity + " (expected: 1)");
    }
  }

  @Test
  void everyCallThatNamesAnActivityRefusesToBeWithoutOne() {
    String expected =
        " (expected: 1 to 63 characters of a-z, 0-9 and '-', beginning with a letter or digit)";
    List<Supplier<CompletionStage<?>>> calls =
        List.of(
            () -> client.claim(claim("").build()),
            () -> client.findPurchase(FindPurchaseRequest.newBuilder().setUserId("alice").build()),
            () -> client.getActivity(GetActivityRequest.getDefaultInstance()),
            () -> client.createActivity(CreateActivityRequest.getDefaultInstance()),
            () -> client.pauseActivity(PauseActivityRequest.getDefaultInstance()),
            () -> client.resumeActivity(ResumeActivityRequest.getDefaultInstance()),
            () -> client.closeActivity(CloseActivityRequest.getDefaultInstance()),
            () -> client.setStock(SetStockRequest.newBuilder().setStock(1).build()),
            () -> client.getProof(GetProofRequest.getDefaultInstance()),
            () -> client.repairActivity(RepairActivityRequest.getDefaultInstance()));

    calls.forEach(call -> assertRefused(call.get(), "activityId: \"\"" + expected));
  }

  @Test
  void refusesABadActivityId() {
    String expected =
        " (expected: 1 to 63 characters of a-z, 0-9 and '-', beginning with a letter or digit)";
    assertRefused(client.claim(claim("../etc").build()), "activityId: \"../etc\"" + expected);
    assertRefused(client.claim(claim("a b").build()), "activityId: \"a b\"" + expected);
    assertRefused(
        client.claim(claim("x".repeat(200)).build()),
        "activityId: \"" + "x".repeat(80) + "…\"" + expected);
  }

  @Test
  void refusesABadUser() {
    String expected = " (expected: 1 to 64 characters of A-Z, a-z, 0-9 and . _ @ | : -)";
    assertRefused(client.claim(claim(ACTIVITY).setUserId("").build()), "userId: \"\"" + expected);
    assertRefused(
        client.findPurchase(
            FindPurchaseRequest.newBuilder().setActivityId(ACTIVITY).setUserId("a b").build()),
        "userId: \"a b\"" + expected);
    assertRefused(
        client.listOrders(ListOrdersRequest.getDefaultInstance()), "userId: \"\"" + expected);
    assertRefused(
        client.getOrder(
            GetOrderRequest.newBuilder().setOrderId(AnswerSamples.ORDER_ID.toString()).build()),
        "userId: \"\"" + expected);
  }

  @Test
  void refusesAnOrderIdThatIsNone() {
    assertRefused(
        client.getOrder(GetOrderRequest.newBuilder().setUserId("alice").setOrderId("42").build()),
        "orderId: \"42\" (expected: a UUID, 36 characters)");
  }

  @Test
  void refusesAnImpossibleStock() {
    for (long stock : new long[] {0, -5, 10_000_001}) {
      assertRefused(
          client.setStock(
              SetStockRequest.newBuilder().setActivityId(ACTIVITY).setStock(stock).build()),
          "stock: " + stock + " (expected: 1 to 10000000)");
      assertRefused(
          client.createActivity(
              CreateActivityRequest.newBuilder()
                  .setActivityId(ACTIVITY)
                  .setTitle("Headphones")
                  .setProduct(Product.newBuilder().setCurrency("EUR"))
                  .setStock(stock)
                  .build()),
          "stock: " + stock + " (expected: 1 to 10000000)");
    }
  }

  @Test
  void aRepairThatTakesLongIsStillUnderWay() throws Exception {
    RepairActivityReply reply = answer(client.repairActivity(repair(SILENT)));

    assertThat(reply.hasUnderWay()).isTrue();
  }

  @Test
  void aRepairIsRefusedWhereThereIsNothingToRepair() throws Exception {
    assertThat(answer(client.repairActivity(repair(ACTIVITY))).hasUnknownActivity()).isTrue();
  }

  private static RepairActivityRequest repair(String activity) {
    return RepairActivityRequest.newBuilder().setActivityId(activity).build();
  }

  @Test
  void refusesToListActivitiesAfterWhatIsNone() {
    assertThat(
            refusal(
                    client.listActivities(
                        ListActivitiesRequest.newBuilder().setAfter("No Activity").build()))
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  /** The gateway tells its shopper PENDING only when it hears that the outcome is not known. */
  @Test
  void aClaimWithoutAnAnswerInTimeIsNotKnown() {
    Status status = refusal(client.claim(claim(SILENT).build()));

    assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(status.getDescription()).isEqualTo("no answer in time");
  }

  @Test
  void aFaultInHereIsUnavailableAndTellsNothingOfTheInside() {
    assertTellsNothing(client.claim(claim(ODD).build()), "cannot be answered now");
    assertTellsNothing(
        client.getActivity(GetActivityRequest.newBuilder().setActivityId(ODD).build()),
        "the activity's journal cannot be read now");
  }

  /** Which also means that a mailbox never has more than so many in it. */
  @Test
  void shedsWhatIsMoreThanMayBeUnderWayAndTakesTheNextAfterwards() throws Exception {
    List<CompletionStage<ClaimReply>> silent =
        Stream.generate(() -> client.claim(claim(SILENT).build())).limit(3).toList();

    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> answer(client.claim(claim(ACTIVITY).build())).hasTryAgain());
    assertThat(refusal(client.getActivity(known())).getCode()).isEqualTo(Status.Code.UNAVAILABLE);

    silent.forEach(GrpcServerTest::refusal);
    assertThat(answer(client.claim(claim(ACTIVITY).build())).hasConfirmed()).isTrue();
  }

  private static GetActivityRequest known() {
    return GetActivityRequest.newBuilder().setActivityId(ACTIVITY).build();
  }

  private static void assertTellsNothing(CompletionStage<?> call, String words) {
    Status status = refusal(call);
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).isEqualTo(words);
  }

  /** Here Postgres takes connections and says nothing; it is given a minute. */
  @Test
  void aPostgresThatHangsDoesNotKeepTheActorFromAnswering() throws Exception {
    FindPurchaseReply reply =
        answer(
            client.findPurchase(
                FindPurchaseRequest.newBuilder()
                    .setActivityId(ACTIVITY)
                    .setUserId("alice")
                    .build()));

    assertThat(reply.hasNotPurchased()).isTrue();
  }
}
