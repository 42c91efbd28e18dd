package flashsale.gateway;

import static flashsale.gateway.FakeInventory.always;
import static flashsale.gateway.FakeInventory.failing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flashsale.v1.GetOrderReply;
import flashsale.v1.ListActivitiesReply;
import flashsale.v1.ListOrdersReply;
import flashsale.v1.Nothing;
import io.grpc.Status;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activities for everybody, orders for their owner. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadingsTest {
  private static final String ORDER = "0f0e0d0c-0b0a-3908-8706-050403020100";
  private static final String ACTIVITY_JSON =
      """
      {"activityId":"known","title":"A phone for a penny","productId":"phone-1",
       "price":{"amount":4999,"currency":"EUR"},"status":"OPEN","stock":100,"left":58,
       "opensAt":"2026-09-21T14:13:20.000Z","closesAt":null}\
      """;
  private static final String ORDER_JSON =
      """
      {"orderId":"0f0e0d0c-0b0a-3908-8706-050403020100","activityId":"known",
       "productId":"phone-1","userId":"alice","quantity":1,"sequence":42,
       "status":"CONFIRMED","confirmedAt":"2026-09-21T14:13:20.123Z",
       "price":{"amount":4999,"currency":"EUR"}}\
      """;

  private final FakeInventory inventory = new FakeInventory();
  private final RunningGateway gateway = RunningGateway.start(inventory);

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Test
  void showsAnActivityToAnybodyWhateverTheTokenIs() {
    for (String token : new String[] {"", "rubbish", RunningGateway.SHOPPER}) {
      Reply reply = gateway.send("GET", "/v1/activities/known", token);

      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.body()).isEqualTo(Reply.json(ACTIVITY_JSON));
    }
  }

  @Test
  void listsActivities() {
    inventory.listActivities =
        always(ListActivitiesReply.newBuilder().addActivities(FakeInventory.activity()).build());

    Reply reply = gateway.send("GET", "/v1/activities", "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo(Reply.json("{\"activities\":[" + ACTIVITY_JSON + "]}"));
  }

  @Test
  void listsTheActivitiesAfterOne() {
    inventory.listActivities =
        request ->
            FakeInventory.now(
                request.getAfter().equals("some-sale")
                    ? ListActivitiesReply.newBuilder()
                        .addActivities(FakeInventory.activity())
                        .build()
                    : ListActivitiesReply.getDefaultInstance());

    assertThat(list("?after=some-sale&other=1")).hasSize(1);
    assertThat(list("?after=s%6fme-sale")).hasSize(1);
    assertThat(list("?after=another")).isEmpty();
    assertThat(list("?other")).isEmpty();
  }

  private JsonNode list(String query) {
    return gateway.send("GET", "/v1/activities" + query, "").body().get("activities");
  }

  @ParameterizedTest
  @ValueSource(strings = {"?after=", "?after=A", "?after=%00", "?after=a%20b", "?after=a&after=a"})
  void refusesToListAfterWhatIsNoActivity(String query) {
    gateway.send("GET", "/v1/activities" + query, "").isInvalid("after");
  }

  @Test
  void servesHeadAsGetWithoutABody() {
    Reply reply = gateway.send("HEAD", "/v1/activities/known", "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.response().body()).isEmpty();
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
  }

  @Test
  void listsTheCallersOrders() {
    inventory.listOrders =
        request ->
            FakeInventory.now(
                ListOrdersReply.newBuilder()
                    .addOrders(FakeInventory.order(request.getUserId()))
                    .build());

    Reply reply = gateway.send("GET", "/v1/orders", RunningGateway.SHOPPER);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo(Reply.json("{\"orders\":[" + ORDER_JSON + "]}"));
  }

  @Test
  void showsTheCallersOrder() {
    inventory.getOrder =
        request -> {
          assertThat(request.getOrderId()).isEqualTo(ORDER);
          return FakeInventory.now(
              GetOrderReply.newBuilder()
                  .setFound(FakeInventory.order(request.getUserId()))
                  .build());
        };

    Reply reply = gateway.send("GET", "/v1/orders/" + ORDER, RunningGateway.SHOPPER);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo(Reply.json(ORDER_JSON));
  }

  @Test
  void hidesAnOrderThatIsNotTheCallers() {
    inventory.getOrder =
        always(GetOrderReply.newBuilder().setNotFound(Nothing.getDefaultInstance()).build());

    gateway.send("GET", "/v1/orders/" + ORDER, RunningGateway.SHOPPER).isProblem(404, "not-found");
  }

  @Test
  void callsAnOrderIdThatIsNoneNotFound() {
    for (String id : new String[] {"1", "1-1-1-1-1", "../known", "%20", ORDER + "0"}) {
      gateway.send("GET", "/v1/orders/" + id, RunningGateway.SHOPPER).isProblem(404, "not-found");
    }
    gateway.send("DELETE", "/v1/orders/1", RunningGateway.SHOPPER).isProblem(404, "not-found");
  }

  @Test
  void saysUnavailableWhenNobodyAnswers() {
    inventory.listOrders = failing(Status.UNAVAILABLE);

    Reply reply =
        gateway.send("GET", "/v1/orders", RunningGateway.SHOPPER).isProblem(503, "unavailable");

    assertThat(reply.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void saysNothingAboutItsOwnFaultsButALogId() {
    inventory.listActivities =
        always(
            ListActivitiesReply.newBuilder()
                .addActivities(FakeInventory.activity().toBuilder().setStatusValue(99))
                .build());

    Reply reply = gateway.send("GET", "/v1/activities", "").isProblem(500, "internal");

    assertThat(reply.body().get("instance").asText()).startsWith("urn:uuid:");
  }
}
