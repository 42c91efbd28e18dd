package flashsale.gateway;

import static flashsale.gateway.FakeInventory.failing;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every bad input gets its clear refusal, in the order of the contract, and reaches nobody. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
  private static final String PURCHASES = "/v1/activities/known/purchases";
  private static final String ADMIN = "/v1/admin/activities";
  private static final String JSON = "application/json";
  private static final byte[] MEGABYTE = new byte[1024 * 1024];

  private final FakeInventory inventory = new FakeInventory();
  private final RunningGateway gateway = RunningGateway.start(inventory);

  @AfterAll
  void stop() {
    gateway.close();
    assertThat(inventory.claims).as("claims sent").hasValue(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"quantity\":0}         | quantity",
        "{\"quantity\":-1}        | quantity",
        "{\"quantity\":2}         | quantity",
        "{\"quantity\":1e9}       | quantity",
        "{\"quantity\":1000000000}| quantity",
        "{\"quantity\":99999999999999999999}| quantity",
        "{\"quantity\":1.0}       | quantity",
        "{\"quantity\":1.5}       | quantity",
        "{\"quantity\":\"1\"}     | quantity",
        "{\"quantity\":true}      | quantity",
        "{\"quantity\":null}      | quantity",
        "{\"quantity\":[1]}       | quantity",
        "{\"quantity\":{}}        | quantity",
        "{\"quantity\":1,\"quantity\":1} | quantity",
        "{\"colour\":1}           | colour",
        "{\"quantity\":1} {}      | body",
        "{\"quantity\":1}}        | body",
        "{\"quantity\":           | body",
        "{\"quantity\":NaN}       | body",
        "{'quantity':1}           | body",
        "{quantity:1}             | body",
        "/* */{\"quantity\":1}    | body",
        "{\"quantity\":1,}        | body",
        "null                     | body",
        "[]                       | body",
        "1                        | body",
        "\"quantity\"             | body",
        "` `                      | body",
      })
  void refusesAPurchaseThatIsNotExactlyOne(String body, String field) {
    gateway.sendJson("POST", PURCHASES, RunningGateway.SHOPPER, body).isInvalid(field);
  }

  @Test
  void refusesABodyThatIsNoUtf8() {
    byte[] body = {'{', '"', (byte) 0xC3, (byte) 0x28, '"', ':', '1', '}'};

    gateway
        .send("POST", PURCHASES, RunningGateway.SHOPPER, JSON, BodyPublishers.ofByteArray(body))
        .isProblem(400, "invalid-request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                          | activityId",
        "{\"activityId\":\"a\",\"stock\":1}          | title",
        "{\"activityId\":\"a\",\"title\":\"t\"}      | stock",
        "{\"activityId\":\"A b\"}                    | activityId",
        "{\"activityId\":\"\"}                       | activityId",
        "{\"activityId\":7}                          | activityId",
        "{\"activityId\":null}                       | activityId",
        "{\"title\":\"\"}                            | title",
        "{\"title\":\"  \"}                          | title",
        "{\"title\":\"a\\u0000b\"}                   | title",
        "{\"title\":\"\\ud800\"}                     | title",
        "{\"stock\":0}                               | stock",
        "{\"stock\":-5}                              | stock",
        "{\"stock\":10000001}                        | stock",
        "{\"stock\":\"10\"}                          | stock",
        "{\"stock\":1.5}                             | stock",
        "{\"productId\":\"\"}                        | productId",
        "{\"price\":5}                               | price",
        "{\"price\":{\"amount\":5}}                  | price.currency",
        "{\"price\":{\"currency\":\"EUR\"}}          | price.amount",
        "{\"price\":{\"amount\":-1}}                 | price.amount",
        "{\"price\":{\"amount\":4.99}}               | price.amount",
        "{\"price\":{\"amount\":1,\"currency\":\"eur\"}}  | price.currency",
        "{\"price\":{\"amount\":1,\"currency\":\"ZZZ\"}}  | price.currency",
        "{\"price\":{\"tax\":1}}                     | price.tax",
        "{\"opensAt\":\"tomorrow\"}                  | opensAt",
        "{\"opensAt\":\"2026-02-30T00:00:00Z\"}      | opensAt",
        "{\"opensAt\":\"2026-02-01T00:00Z\"}         | opensAt",
        "{\"opensAt\":\"2026-02-01T00:00:00\"}       | opensAt",
        "{\"opensAt\":\"2026-02-01\"}                | opensAt",
        "{\"opensAt\":1790000000}                    | opensAt",
        "{\"opensAt\":null}                          | opensAt",
        "{\"closesAt\":\"1970-01-01T00:00:00Z\"}     | closesAt",
        "{\"activity_id\":\"a\"}                     | activity_id",
      })
  void refusesANewActivityThatIsNotOne(String body, String field) {
    gateway.sendJson("POST", ADMIN, RunningGateway.OPS, body).isInvalid(field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-09-21T14:13:20Z", "2026-09-21T14:13:19Z"})
  void refusesAnActivityThatClosesBeforeItOpens(String closesAt) {
    String body =
        """
        {"activityId":"a","title":"t","stock":1,
         "opensAt":"2026-09-21T14:13:20Z","closesAt":"%s"}\
        """
            .formatted(closesAt);

    Reply reply = gateway.sendJson("POST", ADMIN, RunningGateway.OPS, body).isInvalid("closesAt");

    assertThat(reply.body().get("expected").asText())
        .isEqualTo("after opensAt 2026-09-21T14:13:20.000Z");
  }

  @Test
  void refusesATitleThatIsTooLong() {
    String body = "{\"title\":\"%s\"}".formatted("t".repeat(201));

    gateway.sendJson("POST", ADMIN, RunningGateway.OPS, body).isInvalid("title");
  }

  @Test
  void refusesNoBodyWhereOneIsNeeded() {
    gateway.send("POST", ADMIN, RunningGateway.OPS).isInvalid("body");
    gateway.send("PUT", ADMIN + "/known/stock", RunningGateway.OPS).isInvalid("body");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}               | stock",
        "{\"stock\":0}    | stock",
        "{\"stock\":null} | stock",
        "{\"left\":1}     | left",
      })
  void refusesAStockThatIsNone(String body, String field) {
    gateway.sendJson("PUT", ADMIN + "/known/stock", RunningGateway.OPS, body).isInvalid(field);
  }

  @Test
  void refusesWordsWhereACommandHasNone() {
    gateway
        .sendJson("POST", ADMIN + "/known/pause", RunningGateway.OPS, "{\"until\":1}")
        .isInvalid("until");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Known", "a%20b", "a%2F..%2Fb", "%2E%2E%2F", "-a", "a_b", "%FF", "a%00", "*"})
  void refusesAnActivityIdThatIsNone(String id) {
    gateway.buy(id).isInvalid("activityId");
    gateway.send("GET", "/v1/activities/" + id, "").isInvalid("activityId");
    gateway
        .send("GET", "/v1/activities/" + id + "/purchases/me", RunningGateway.SHOPPER)
        .isInvalid("activityId");
    gateway.send("POST", ADMIN + "/" + id + "/pause", RunningGateway.OPS).isInvalid("activityId");
  }

  @Test
  void refusesAnActivityIdOf64CharactersAndMore() {
    gateway.buy("a".repeat(64)).isInvalid("activityId");
    gateway.buy("a".repeat(200)).isInvalid("activityId");
    gateway.buy("../../etc/passwd%00").isProblem(404, "not-found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text/plain", "application/xml", "application/jsonp", "banana"})
  void refusesABodyThatIsNotSentAsJson(String contentType) {
    gateway
        .send(
            "POST",
            PURCHASES,
            RunningGateway.SHOPPER,
            contentType,
            BodyPublishers.ofString("{\"quantity\":1}"))
        .isProblem(415, "unsupported-media-type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json; charset=utf-8", "APPLICATION/JSON"})
  void takesJsonHoweverItIsSpelled(String contentType) {
    gateway
        .send(
            "POST",
            PURCHASES,
            RunningGateway.SHOPPER,
            contentType,
            BodyPublishers.ofString("{\"quantity\":2}"))
        .isInvalid("quantity");
  }

  @Test
  void refusesALongBodyHoweverItIsSent() {
    gateway
        .send("POST", PURCHASES, RunningGateway.SHOPPER, JSON, BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(413, "payload-too-large");
    gateway
        .send(
            "POST",
            PURCHASES,
            RunningGateway.SHOPPER,
            JSON,
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(MEGABYTE)))
        .isProblem(413, "payload-too-large");
    gateway
        .send("POST", ADMIN, RunningGateway.OPS, JSON, BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(413, "payload-too-large");
  }

  @Test
  void readsAChunkedBodyLikeAnyOther() {
    byte[] body = "{\"quantity\":2}".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    gateway
        .send(
            "POST",
            PURCHASES,
            RunningGateway.SHOPPER,
            JSON,
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
        .isInvalid("quantity");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DELETE | /v1/activities                           | GET, HEAD",
        "POST   | /v1/activities/known                     | GET, HEAD",
        "GET    | /v1/activities/known/purchases           | POST",
        "PUT    | /v1/activities/known/purchases           | POST",
        "POST   | /v1/activities/known/purchases/me        | GET, HEAD",
        "OPTIONS| /v1/orders                               | GET, HEAD",
        "PATCH  | /v1/orders/0f0e0d0c-0b0a-3908-8706-050403020100 | GET, HEAD",
        "GET    | /v1/admin/activities                     | POST",
        "GET    | /v1/admin/activities/known/pause         | POST",
        "DELETE | /v1/admin/activities/known/resume        | POST",
        "PUT    | /v1/admin/activities/known/close         | POST",
        "POST   | /v1/admin/activities/known/stock         | PUT",
        "POST   | /v1/admin/activities/known/proof         | GET, HEAD",
        "BREW   | /v1/activities/known                     | GET, HEAD, POST, PUT",
      })
  void refusesAWrongMethodAndSaysWhichAreRight(String method, String path, String allow) {
    Reply reply =
        gateway.send(method, path, RunningGateway.OPS).isProblem(405, "method-not-allowed");

    assertThat(reply.header("Allow")).isEqualTo(allow);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v2/activities",
        "/v1/activities/",
        "/v1/activities//purchases",
        "/v1/activities/known/",
        "/v1/activities/known/purchases/",
        "/v1/activities/known/purchases/you",
        "/v1/activities/known/purchases/me/",
        "/v1/activities/known%2Fpurchases/x",
        "/v1/orders/",
        "/v1/orders/a/b",
        "/v1/administrator",
        "/ready",
      })
  void knowsNoOtherPathAndAsksNobodyForAToken(String path) {
    gateway.send("GET", path, "").isProblem(404, "not-found");
    gateway.send("POST", path, "rubbish").isProblem(404, "not-found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/admin",
        "/v1/admin/",
        "/v1/admin/x",
        "/v1/admin/activities/",
        "/v1/admin/activities/known",
        "/v1/admin/activities/known/explode",
      })
  void hidesWhichAdminPathsThereAre(String path) {
    gateway.send("GET", path, "").isProblem(401, "unauthorized");
    gateway.send("GET", path, RunningGateway.SHOPPER).isProblem(403, "forbidden");
    gateway.send("GET", path, RunningGateway.OPS).isProblem(404, "not-found");
  }

  @Test
  void keepsShoppersOutOfAdminWhateverElseIsWrong() {
    gateway
        .send(
            "DELETE",
            ADMIN + "/NONE/pause",
            RunningGateway.SHOPPER,
            "text/plain",
            BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(403, "forbidden");
  }

  @Test
  void putsTheMissingTokenBeforeAnyOtherFault() {
    Reply reply =
        gateway
            .send(
                "DELETE",
                "/v1/activities/NONE/purchases",
                "",
                "text/plain",
                BodyPublishers.ofByteArray(MEGABYTE))
            .isProblem(401, "unauthorized");

    assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DELETE | application/json | {}",
        "POST   | text/plain       | x",
        "POST   | application/json | {",
        "POST   | application/json | {\"quantity\":2}",
      })
  void putsTheUnknownActivityBeforeWhatIsWrongWithTheRequest(
      String method, String contentType, String body) {
    gateway
        .send(
            method,
            "/v1/activities/nobody/purchases",
            RunningGateway.SHOPPER,
            contentType,
            BodyPublishers.ofString(body))
        .isProblem(404, "unknown-activity");
  }

  @Test
  void putsTheUnknownActivityBeforeALongBody() {
    gateway
        .send(
            "PUT",
            ADMIN + "/nobody/stock",
            RunningGateway.OPS,
            JSON,
            BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(404, "unknown-activity");
  }

  @Test
  void putsMethodThenTypeThenLengthThenTheRest() {
    gateway
        .send(
            "DELETE",
            "/v1/activities/NONE/purchases",
            RunningGateway.SHOPPER,
            "text/plain",
            BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(405, "method-not-allowed");
    gateway
        .send(
            "POST",
            "/v1/activities/NONE/purchases",
            RunningGateway.SHOPPER,
            "text/plain",
            BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(415, "unsupported-media-type");
    gateway
        .send(
            "POST",
            "/v1/activities/NONE/purchases",
            RunningGateway.SHOPPER,
            JSON,
            BodyPublishers.ofByteArray(MEGABYTE))
        .isProblem(413, "payload-too-large");
    gateway
        .sendJson("POST", "/v1/activities/NONE/purchases", RunningGateway.SHOPPER, "{")
        .isInvalid("activityId");
  }

  @Test
  void answersTheFaultItselfWhenTheActivityCannotBeLookedUp() {
    var before = inventory.getActivity;
    inventory.getActivity = failing(Status.UNAVAILABLE);
    try {
      gateway
          .sendJson("POST", "/v1/activities/nobody/purchases", RunningGateway.SHOPPER, "{")
          .isInvalid("body");
    } finally {
      inventory.getActivity = before;
    }
  }
}
