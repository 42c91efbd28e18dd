package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.activity.ActivityActor;
import flashsale.activity.Answer;
import flashsale.activity.AnswerSamples;
import flashsale.config.Settings;
import flashsale.projection.Database;
import flashsale.projection.Reads;
import flashsale.stock.RedisStock;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.CloseActivityRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.FindPurchaseRequest;
import flashsale.v1.GetActivityRequest;
import flashsale.v1.GetOrderRequest;
import flashsale.v1.GetProofRequest;
import flashsale.v1.InventoryClient;
import flashsale.v1.ListActivitiesRequest;
import flashsale.v1.ListOrdersRequest;
import flashsale.v1.PauseActivityRequest;
import flashsale.v1.Product;
import flashsale.v1.RepairActivityReply;
import flashsale.v1.RepairActivityRequest;
import flashsale.v1.ResumeActivityRequest;
import flashsale.v1.SetStockRequest;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.http.javadsl.ServerBinding;
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

  private static ServerSocket hangingPostgres;
  private static Database database;
  private static RedisStock redis;
  private static ActorTestKit node;
  private static InventoryClient client;

  @BeforeAll
  static void start() throws Exception {
    hangingPostgres = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Config config = config(hangingPostgres.getLocalPort());
    Settings settings = Settings.from(config);
    node = ActorTestKit.create("grpc-server-test", config);
    Cluster cluster = Cluster.get(node.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    ClusterSharding.get(node.system())
        .init(Entity.of(ActivityActor.KEY, entity -> actor(entity.getEntityId())));
    database = Database.create(settings.postgres());
    redis = RedisStock.connect(settings.redis());
    ServerBinding server =
        GrpcServer.bind(node.system(), settings, redis, new Reads(database))
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    client =
        InventoryClient.create(
            GrpcClientSettings.connectToServiceAt(
                    "127.0.0.1", server.localAddress().getPort(), node.system())
                .withTls(false),
            node.system());
  }

  private static Config config(int postgresPort) {
    return ConfigFactory.parseString(
            """
            flashsale.environment = local
            flashsale.grpc { port = 0, claim-timeout = 2 s, call-timeout = 2 s }
            flashsale.postgres { port = %d, connection-timeout = 60 s }
            flashsale.redis.uri = "redis://127.0.0.1:1"
            pekko.remote.artery.canonical.port = 0
            """
                .formatted(postgresPort))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  private static Behavior<ActivityActor.Message> actor(String activity) {
    return Behaviors.receiveMessage(message -> {
      switch (message) {
        case ActivityActor.Command command when activity.equals(ODD) ->
            command.replyTo().tell(new Answer.BelowSold(1));
        case ActivityActor.Claim claim when !activity.equals(SILENT) ->
            claim.replyTo().tell(new Answer.Confirmed(AnswerSamples.ORDER));
        case ActivityActor.Repair repair when !activity.equals(SILENT) ->
            repair.replyTo().tell(new Answer.UnknownActivity());
        case ActivityActor.FindPurchase find -> find.replyTo().tell(new Answer.NotPurchased());
        default -> {}
      }
      return Behaviors.same();
    });
  }

  @AfterAll
  static void stop() throws IOException {
    hangingPostgres.close();
    node.shutdownTestKit();
    redis.close();
    database.close();
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
