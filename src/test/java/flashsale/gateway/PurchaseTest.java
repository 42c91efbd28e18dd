package flashsale.gateway;

import static flashsale.gateway.FakeInventory.always;
import static flashsale.gateway.FakeInventory.failing;
import static flashsale.gateway.FakeInventory.silent;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.UserId;
import flashsale.v1.ClaimReply;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.Nothing;
import io.grpc.Status;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Buying, and asking what became of it. */
class PurchaseTest {
  private static final String MINE = "/v1/activities/known/purchases/me";
  private static final String ORDER_ID =
      OrderId.of(new ActivityId("known"), new UserId("alice")).toString();

  private final FakeInventory inventory = new FakeInventory();
  private final RunningGateway gateway = RunningGateway.start(inventory);

  @BeforeEach
  void alwaysConfirms() {
    inventory.claim = always(confirmed());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static ClaimReply confirmed() {
    return ClaimReply.newBuilder().setConfirmed(FakeInventory.order("alice")).build();
  }

  private static Nothing nothing() {
    return Nothing.getDefaultInstance();
  }

  @Test
  void confirmsAPurchaseWithEverythingAboutIt() {
    Reply reply = gateway.buy("known");

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.header("Location")).isEqualTo(MINE);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.body())
        .isEqualTo(
            Reply.json(
                """
                {"orderId":"0f0e0d0c-0b0a-3908-8706-050403020100","activityId":"known",
                 "productId":"phone-1","userId":"alice","quantity":1,"sequence":42,
                 "status":"CONFIRMED","confirmedAt":"2026-09-21T14:13:20.123Z"}\
                """));
  }

  @Test
  void asksForTheCallerOfTheTokenAndTheActivityOfThePath() {
    inventory.claim =
        request -> {
          assertThat(request.getUserId()).isEqualTo("alice");
          assertThat(request.getActivityId()).isEqualTo("known");
          return FakeInventory.now(confirmed());
        };

    assertThat(gateway.buy("%6Bnown").status()).isEqualTo(201);
    assertThat(inventory.lookups).hasValue(0);
  }

  @Test
  void acceptsAQuantityOfOne() {
    Reply reply =
        gateway.sendJson(
            "POST",
            "/v1/activities/known/purchases?source=mail",
            RunningGateway.SHOPPER,
            " {\"quantity\" : 1} ");

    assertThat(reply.status()).isEqualTo(201);
  }

  @Test
  void answersEachRefusalOfTheInventoryWithItsCode() {
    assertThat(
            refusal(
                    ClaimReply.newBuilder()
                        .setAlreadyPurchased(
                            ClaimReply.AlreadyPurchased.newBuilder().setOrderId("o-1"))
                        .build())
                .isProblem(409, "already-purchased")
                .body()
                .get("orderId")
                .asText())
        .isEqualTo("o-1");
    refusal(ClaimReply.newBuilder().setClosed(nothing()).build()).isProblem(410, "closed");
    assertThat(
            refusal(
                    ClaimReply.newBuilder()
                        .setPaused(ClaimReply.Paused.newBuilder().setRetryAfterS(7))
                        .build())
                .isProblem(503, "paused")
                .header("Retry-After"))
        .isEqualTo("7");
    assertThat(
            refusal(
                    ClaimReply.newBuilder()
                        .setNotOpen(
                            ClaimReply.NotOpen.newBuilder().setOpensAtMs(1_790_000_000_000L))
                        .build())
                .isProblem(409, "not-open")
                .body()
                .get("opensAt")
                .asText())
        .isEqualTo("2026-09-21T14:13:20.000Z");
    refusal(ClaimReply.newBuilder().setSoldOut(ClaimReply.SoldOut.getDefaultInstance()).build())
        .isProblem(409, "sold-out");
    refusal(ClaimReply.newBuilder().setUnknownActivity(nothing()).build())
        .isProblem(404, "unknown-activity");
    assertThat(refusal(tryAgain()).isProblem(503, "unavailable").header("Retry-After"))
        .isEqualTo("2");
  }

  private Reply refusal(ClaimReply reply) {
    inventory.claim = always(reply);
    return gateway.buy("known");
  }

  private static ClaimReply tryAgain() {
    return ClaimReply.newBuilder()
        .setTryAgain(ClaimReply.TryAgain.newBuilder().setRetryAfterS(2))
        .build();
  }

  @Test
  void saysPendingWhenTheInventorySaysSo() {
    inventory.claim =
        always(
            ClaimReply.newBuilder()
                .setPending(ClaimReply.Pending.newBuilder().setOrderId(ORDER_ID))
                .build());

    isPending(gateway.buy("known"));
  }

  @Test
  void saysPendingWhenTheNextAttemptHasNoAnswerInTime() {
    inventory.claim =
        claim -> {
          Status lost = Status.UNAVAILABLE.withDescription("Network closed");
          return inventory.claims.get() == 1
              ? CompletableFuture.failedFuture(lost.asRuntimeException())
              : new CompletableFuture<>();
        };

    isPending(gateway.buy("known"));
    assertThat(inventory.claims).hasValue(2);
  }

  @Test
  void saysPendingWhenTheInventoryRanOutOfTimeAndDoesNotAskAgain() {
    inventory.claim = failing(Status.DEADLINE_EXCEEDED);

    isPending(gateway.buy("known"));
    assertThat(inventory.claims).hasValue(1);
  }

  @Test
  void saysPendingWhenEveryAttemptBreaks() {
    inventory.claim = failing(Status.UNAVAILABLE.withDescription("Network closed"));

    isPending(gateway.buy("known"));
    assertThat(inventory.claims).hasValue(3);
  }

  @Test
  void saysPendingWhenACallBreaksInAWayNobodyForesaw() {
    inventory.claim =
        request -> {
          throw new IllegalStateException("bug");
        };

    isPending(gateway.buy("known"));
  }

  private static void isPending(Reply reply) {
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Location")).isEqualTo(MINE);
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    JsonNode expected =
        Reply.json(
            """
            {"orderId":"%s","activityId":"known","status":"PENDING"}\
            """
                .formatted(ORDER_ID));
    assertThat(reply.body()).isEqualTo(expected);
  }

  @Test
  void saysUnavailableOnlyWhenNothingWasSent() {
    inventory.claim = failing(refusedConnection());

    Reply reply = gateway.buy("known").isProblem(503, "unavailable");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(inventory.claims).hasValue(3);
  }

  private static Status refusedConnection() {
    return Status.UNAVAILABLE
        .withDescription("io exception")
        .withCause(new ConnectException("Connection refused: /127.0.0.1:1"));
  }

  @Test
  void buysWhenANodeComesBackBetweenAttempts() {
    inventory.claim =
        request ->
            inventory.claims.get() < 3
                ? CompletableFuture.failedFuture(refusedConnection().asRuntimeException())
                : FakeInventory.now(confirmed());

    assertThat(gateway.buy("known").status()).isEqualTo(201);
  }

  @Test
  void staysPendingWhenALostAttemptIsFollowedByOneThatWasNotSent() {
    inventory.claim =
        request ->
            CompletableFuture.failedFuture(
                (inventory.claims.get() == 1 ? Status.UNAVAILABLE : refusedConnection())
                    .asRuntimeException());

    isPending(gateway.buy("known"));
  }

  @Test
  void staysPendingWhenALostAttemptIsFollowedByTryAgain() {
    lostThen(tryAgain());

    isPending(gateway.buy("known"));
  }

  @Test
  void confirmsWhenItsOwnRetryMeetsItsOwnPurchase() {
    lostThen(alreadyPurchased());
    inventory.findPurchase =
        always(FindPurchaseReply.newBuilder().setConfirmed(FakeInventory.order("alice")).build());

    Reply reply = gateway.buy("known");

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.body().get("sequence").asInt()).isEqualTo(42);
    assertThat(reply.header("Location")).isEqualTo(MINE);
  }

  @Test
  void saysPendingWhenItsOwnPurchaseCannotBeReadRightNow() {
    lostThen(alreadyPurchased());
    inventory.findPurchase = failing(Status.UNAVAILABLE);

    isPending(gateway.buy("known"));
  }

  private void lostThen(ClaimReply reply) {
    inventory.claim =
        request ->
            inventory.claims.get() == 1
                ? CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException())
                : FakeInventory.now(reply);
  }

  private static ClaimReply alreadyPurchased() {
    return ClaimReply.newBuilder()
        .setAlreadyPurchased(ClaimReply.AlreadyPurchased.newBuilder().setOrderId(ORDER_ID))
        .build();
  }

  @Test
  void findsTheCallersPurchase() {
    inventory.findPurchase =
        always(
            FindPurchaseReply.newBuilder()
                .setConfirmed(
                    FakeInventory.order("alice").toBuilder().setSequence(0).setConfirmedAtMs(0))
                .build());

    Reply reply = find();

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().get("status").asText()).isEqualTo("CONFIRMED");
    assertThat(reply.body().get("sequence").isNull()).isTrue();
    assertThat(reply.body().get("confirmedAt").isNull()).isTrue();
  }

  @Test
  void findsAPurchaseThatIsStillUnderWay() {
    inventory.findPurchase =
        always(
            FindPurchaseReply.newBuilder()
                .setPending(ClaimReply.Pending.newBuilder().setOrderId(ORDER_ID))
                .build());

    Reply reply = find();

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(reply.body().get("status").asText()).isEqualTo("PENDING");
  }

  @Test
  void tellsWhyThereIsNoPurchaseToShow() {
    inventory.findPurchase =
        always(FindPurchaseReply.newBuilder().setNotPurchased(nothing()).build());
    find().isProblem(404, "not-purchased");

    inventory.findPurchase =
        always(FindPurchaseReply.newBuilder().setUnknownActivity(nothing()).build());
    find().isProblem(404, "unknown-activity");

    inventory.findPurchase =
        always(
            FindPurchaseReply.newBuilder()
                .setTryAgain(ClaimReply.TryAgain.newBuilder().setRetryAfterS(3))
                .build());
    assertThat(find().isProblem(503, "unavailable").header("Retry-After")).isEqualTo("3");

    inventory.findPurchase = silent();
    assertThat(find().isProblem(503, "unavailable").header("Retry-After")).isEqualTo("1");
  }

  private Reply find() {
    return gateway.send("GET", MINE, RunningGateway.SHOPPER);
  }
}
