package flashsale.gateway;

import static flashsale.gateway.FakeInventory.always;
import static flashsale.gateway.FakeInventory.failing;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimReply;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.GetProofReply;
import flashsale.v1.Nothing;
import flashsale.v1.Proof;
import flashsale.v1.RepairActivityReply;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What operators do with an activity. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationsTest {
  private static final String ALL =
      """
      {"activityId":"known","title":"A phone for a penny","stock":100,"productId":"phone-1",
       "price":{"amount":4999,"currency":"EUR"},
       "opensAt":"2026-09-21T16:13:20.0009+02:00","closesAt":"2026-09-21T14:13:21Z"}\
      """;

  private final FakeInventory inventory = new FakeInventory();
  private final RunningGateway gateway = RunningGateway.start(inventory);

  @AfterAll
  void stop() {
    gateway.close();
  }

  private static ChangeActivityReply.Builder reply() {
    return ChangeActivityReply.newBuilder();
  }

  private static ChangeActivityReply done() {
    return reply().setDone(FakeInventory.activity()).build();
  }

  private Reply create(String body) {
    return gateway.sendJson("POST", "/v1/admin/activities", RunningGateway.OPS, body);
  }

  @Test
  void createsAnActivityFromAllItsFields() {
    List<CreateActivityRequest> seen = new CopyOnWriteArrayList<>();
    inventory.createActivity =
        request -> {
          seen.add(request);
          return FakeInventory.now(done());
        };

    Reply reply = create(ALL);

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.header("Location")).isEqualTo("/v1/activities/known");
    assertThat(reply.body().get("left").asInt()).isEqualTo(58);
    assertThat(seen.getFirst())
        .isEqualTo(
            CreateActivityRequest.newBuilder()
                .setActivityId("known")
                .setTitle("A phone for a penny")
                .setStock(100)
                .setProduct(FakeInventory.product())
                .setOpensAtMs(1_790_000_000_000L)
                .setClosesAtMs(1_790_000_001_000L)
                .build());
  }

  @Test
  void fillsInWhatIsNotSaidAboutANewActivity() {
    List<CreateActivityRequest> seen = new CopyOnWriteArrayList<>();
    inventory.createActivity =
        request -> {
          seen.add(request);
          return FakeInventory.now(done());
        };

    create("{\"activityId\":\"a\",\"title\":\"t\",\"stock\":10000000}");

    assertThat(seen.getFirst().getProduct().getProductId()).isEmpty();
    assertThat(seen.getFirst().getProduct().getAmount()).isZero();
    assertThat(seen.getFirst().getProduct().getCurrency()).isEqualTo("USD");
    assertThat(seen.getFirst().getOpensAtMs()).isZero();
    assertThat(seen.getFirst().getClosesAtMs()).isZero();
  }

  @Test
  void tellsACreatedActivityFromOneThatWasThere() {
    inventory.createActivity = always(reply().setAlreadySo(FakeInventory.activity()).build());
    assertThat(create(ALL).status()).isEqualTo(200);

    inventory.createActivity = always(reply().setExists(Nothing.getDefaultInstance()).build());
    create(ALL).isProblem(409, "activity-exists");

    inventory.createActivity = failing(Status.UNAVAILABLE);
    create(ALL).isProblem(503, "unavailable");

    inventory.createActivity = failing(Status.INVALID_ARGUMENT);
    create(ALL).isProblem(400, "invalid-request");
  }

  @Test
  void pausesResumesAndCloses() {
    inventory.pauseActivity = always(done());
    inventory.resumeActivity = always(reply().setAlreadySo(FakeInventory.activity()).build());
    inventory.closeActivity = always(done());

    for (String command : new String[] {"pause", "resume", "close"}) {
      Reply reply = command(command);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.body().get("activityId").asText()).isEqualTo("known");
    }
  }

  @Test
  void tellsWhyACommandWasNotDone() {
    inventory.resumeActivity = always(reply().setClosed(Nothing.getDefaultInstance()).build());
    command("resume").isProblem(410, "closed");

    inventory.pauseActivity =
        always(reply().setUnknownActivity(Nothing.getDefaultInstance()).build());
    command("pause").isProblem(404, "unknown-activity");

    inventory.closeActivity =
        always(reply().setTryAgain(ClaimReply.TryAgain.newBuilder().setRetryAfterS(4)).build());
    assertThat(command("close").isProblem(503, "unavailable").header("Retry-After")).isEqualTo("4");
  }

  @Test
  void repairsAndShowsTheBooksAfterwards() {
    inventory.repairActivity =
        always(
            RepairActivityReply.newBuilder()
                .setRepaired(Proof.newBuilder().setConsistent(true).setSold(42))
                .build());

    Reply reply = command("repair");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().get("consistent").asBoolean()).isTrue();
    assertThat(reply.body().get("sold").asInt()).isEqualTo(42);
  }

  @Test
  void tellsWhereToLookWhileARepairGoesOn() {
    inventory.repairActivity =
        always(RepairActivityReply.newBuilder().setUnderWay(Nothing.getDefaultInstance()).build());

    Reply reply = command("repair");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Location")).isEqualTo("/v1/admin/activities/known/proof");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(reply.body())
        .isEqualTo(Reply.json("{\"activityId\":\"known\",\"status\":\"REPAIRING\"}"));
  }

  @Test
  void tellsWhyARepairWasNotDone() {
    inventory.repairActivity =
        always(
            RepairActivityReply.newBuilder()
                .setUnknownActivity(Nothing.getDefaultInstance())
                .build());
    command("repair").isProblem(404, "unknown-activity");

    inventory.repairActivity =
        always(
            RepairActivityReply.newBuilder()
                .setTryAgain(ClaimReply.TryAgain.newBuilder().setRetryAfterS(3))
                .build());
    assertThat(command("repair").isProblem(503, "unavailable").header("Retry-After"))
        .isEqualTo("3");

    inventory.repairActivity = failing(Status.DEADLINE_EXCEEDED);
    command("repair").isProblem(503, "unavailable");
    gateway
        .send("POST", "/v1/admin/activities/known/repair", RunningGateway.SHOPPER)
        .isProblem(403, "forbidden");
  }

  private Reply command(String name) {
    return gateway.send("POST", "/v1/admin/activities/known/" + name, RunningGateway.OPS);
  }

  @Test
  void setsTheStock() {
    inventory.setStock =
        request -> {
          assertThat(request.getStock()).isEqualTo(1500);
          return FakeInventory.now(done());
        };

    assertThat(setStock("{\"stock\":1500}").status()).isEqualTo(200);
  }

  @Test
  void refusesAStockBelowWhatIsSold() {
    inventory.setStock =
        always(
            reply().setBelowSold(ChangeActivityReply.BelowSold.newBuilder().setSold(1600)).build());

    Reply reply = setStock("{\"stock\":1500}").isProblem(409, "below-sold");

    assertThat(reply.body().get("sold").asLong()).isEqualTo(1600);
  }

  private Reply setStock(String body) {
    return gateway.sendJson("PUT", "/v1/admin/activities/known/stock", RunningGateway.OPS, body);
  }

  @Test
  void showsTheThreeBooksSideBySide() {
    Proof proof =
        Proof.newBuilder()
            .setConsistent(true)
            .setAtRest(true)
            .setStock(10)
            .setSold(9)
            .setLeft(1)
            .setLedger(
                Proof.LedgerBook.newBuilder()
                    .setEpoch(3)
                    .setSeq(4)
                    .setSold(9)
                    .setStock(10)
                    .setLive(true))
            .setRedis(
                Proof.RedisBook.newBuilder()
                    .setPresent(true)
                    .setEpoch(3)
                    .setSeq(4)
                    .setLeft(1)
                    .setBuyers(9))
            .setPostgres(
                Proof.PostgresBook.newBuilder()
                    .setEpoch(3)
                    .setSold(9)
                    .setOrders(9)
                    .setMaxSequence(9))
            .addDifferences("none, really")
            .build();
    inventory.getProof = always(GetProofReply.newBuilder().setProof(proof).build());

    Reply reply = gateway.send("GET", "/v1/admin/activities/known/proof", RunningGateway.OPS);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body())
        .isEqualTo(
            Reply.json(
                """
                {"consistent":true,"atRest":true,"stock":10,"sold":9,"left":1,
                 "ledger":{"epoch":3,"seq":4,"sold":9,"stock":10,"closed":false,"live":true,
                           "batchesUnderWay":0},
                 "redis":{"present":true,"epoch":3,"seq":4,"left":1,"buyers":9},
                 "postgres":{"epoch":3,"sold":9,"orders":9,"maxSequence":9,"gaps":0,
                             "duplicates":0,"conflicts":0},
                 "differences":["none, really"]}\
                """));
  }
}
