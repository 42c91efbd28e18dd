package flashsale.gateway;

import static flashsale.gateway.FakeInventory.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import flashsale.fuzz.Mutation;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Product;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimReply;
import flashsale.v1.CreateActivityRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.util.ByteString;

/**
 * Whatever stands in a body: the request is served, or refused in the contract's words for a fault
 * of its own, and what is passed on is what the model takes.
 */
class BodyFuzzTest {
  private static final Set<ProblemCode> REFUSALS =
      Set.of(ProblemCode.INVALID_REQUEST, ProblemCode.PAYLOAD_TOO_LARGE);
  private static final ChangeActivityReply DONE =
      ChangeActivityReply.newBuilder().setDone(FakeInventory.activity()).build();

  /** What a body can be sent to. */
  enum Target {
    BUY("POST", "/v1/activities/known/purchases"),
    CREATE("POST", "/v1/admin/activities"),
    STOCK("PUT", "/v1/admin/activities/known/stock"),
    PAUSE("POST", "/v1/admin/activities/known/pause");

    private final String method;
    private final String path;

    Target(String method, String path) {
      this.method = method;
      this.path = path;
    }
  }

  private static final RunningGateway GATEWAY = RunningGateway.start(inventory());

  private static FakeInventory inventory() {
    FakeInventory inventory = new FakeInventory();
    inventory.claim =
        request -> now(ClaimReply.newBuilder().setConfirmed(FakeInventory.order("alice")).build());
    inventory.createActivity = request -> now(DONE);
    inventory.setStock = request -> now(DONE);
    inventory.pauseActivity = request -> now(DONE);
    return inventory;
  }

  @AfterContainer
  static void stop() {
    GATEWAY.close();
  }

  @Property(tries = 1000)
  void anyBytes(@ForAll Target target, @ForAll("bytes") byte[] body) {
    meansSomethingOrIsRefused(target, body);
  }

  @Property(tries = 2000)
  void validBodiesMadeWorse(@ForAll Target target, @ForAll("harmed") byte[] body) {
    meansSomethingOrIsRefused(target, body);
  }

  @Property(tries = 2000)
  void jsonOfTheRightShapeAndAnyContent(@ForAll Target target, @ForAll("objects") byte[] body) {
    meansSomethingOrIsRefused(target, body);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void anyOfThemSentOverHttp(@ForAll Target target, @ForAll("all") byte[] body) {
    isClassified(target, body);
  }

  @Property(tries = 20)
  void deepNesting(@ForAll Target target, @ForAll("openings") String opening) {
    isClassified(target, bytes("{\"title\":" + opening.repeat(3_000)));
    isClassified(target, bytes(opening.repeat(3_000)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void meansSomethingOrIsRefused(Target target, byte[] body) {
    ByteString bytes = ByteString.fromArray(body);
    Parsed<?> parsed =
        switch (target) {
          case BUY -> Bodies.purchase(bytes);
          case CREATE -> Bodies.newActivity(bytes);
          case STOCK -> Bodies.stock(bytes);
          case PAUSE -> Bodies.nothing(bytes);
        };
    switch (parsed) {
      case Parsed.Good<?>(Integer unused) -> {}
      case Parsed.Good<?>(Long stock) -> Activity.requireStock(stock);
      case Parsed.Good<?>(CreateActivityRequest request) -> modelOf(request);
      case Parsed.Good<?>(Object other) -> fail("no meaning of a body: " + other);
      case Parsed.Bad<?>(Problem problem) -> {
        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_REQUEST);
        HttpEntity.Strict entity = (HttpEntity.Strict) Answers.problem(problem).entity();
        Reply.assertTellsNothing(Reply.json(entity.getData().utf8String()).toString());
      }
    }
  }

  /** Throws when the body that came through cannot be an activity. */
  private static Activity modelOf(CreateActivityRequest request) {
    flashsale.v1.Product product = request.getProduct();
    String id = product.getProductId().isEmpty() ? request.getActivityId() : product.getProductId();
    return new Activity(
        new ActivityId(request.getActivityId()),
        request.getTitle(),
        new Product(id, product.getAmount(), product.getCurrency()),
        request.getStock(),
        Instant.ofEpochMilli(request.getOpensAtMs()),
        request.getClosesAtMs() == 0 ? null : Instant.ofEpochMilli(request.getClosesAtMs()));
  }

  private static void isClassified(Target target, byte[] body) {
    Reply reply =
        GATEWAY.send(
            target.method,
            target.path,
            RunningGateway.OPS,
            "application/json",
            BodyPublishers.ofByteArray(body));
    if (reply.status() / 100 != 2) {
      assertThat(REFUSALS).anySatisfy(refusal -> reply.isProblem(refusal.status(), refusal.code()));
    }
  }

  @Provide
  Arbitrary<String> openings() {
    return Arbitraries.of("[", "{\"price\":", "{\"a\":[", "[[[[", "{");
  }

  @Provide
  Arbitrary<byte[]> all() {
    return Arbitraries.oneOf(bytes(), harmed(), objects());
  }

  @Provide
  Arbitrary<byte[]> bytes() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(600);
  }

  @Provide
  Arbitrary<byte[]> harmed() {
    return Combinators.combine(Mutation.some(), bodies())
        .as((mutations, body) -> Mutation.apply(mutations, bytes(body)));
  }

  private static Arbitrary<String> bodies() {
    return Arbitraries.of(
        "{\"quantity\":1}",
        "{\"stock\":1500}",
        "{}",
        """
        {"activityId":"sneaker-drop","title":"Sneaker drop — 250 pairs","stock":250,
         "productId":"sneaker-42","price":{"amount":12900,"currency":"EUR"},
         "opensAt":"2026-11-11T00:00:00Z","closesAt":"2026-11-11T02:00:00+01:00"}\
        """);
  }

  /** Objects of known and unknown fields, each with a likely or an unlikely value. */
  @Provide
  Arbitrary<byte[]> objects() {
    Arbitrary<String> names =
        Arbitraries.frequencyOf(
            Tuple.of(
                8,
                Arbitraries.of(
                    "quantity",
                    "stock",
                    "activityId",
                    "title",
                    "productId",
                    "price",
                    "opensAt",
                    "closesAt",
                    "amount",
                    "currency")),
            Tuple.of(1, texts()));
    Arbitrary<String> values = values();
    Arbitrary<String> fields =
        Combinators.combine(names, values).as((name, value) -> "\"" + name + "\":" + value);
    return fields.list().ofMaxSize(8).map(all -> bytes("{" + String.join(",", all) + "}"));
  }

  private static Arbitrary<String> values() {
    Arbitrary<String> numbers =
        Arbitraries.oneOf(
            Arbitraries.longs().map(String::valueOf),
            Arbitraries.bigDecimals().map(String::valueOf),
            Arbitraries.of("-0", "1e999999999", "1E-400", "0x10", "01", "+1", ".5", "NaN"),
            Arbitraries.integers().between(1, 3_000).map("9"::repeat));
    Arbitrary<String> likely =
        Arbitraries.of(
            "1",
            "250",
            "true",
            "null",
            "\"sneaker-drop\"",
            "\"EUR\"",
            "\"2026-11-11T00:00:00Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"9999-12-31T23:59:59.999999999Z\"",
            "{\"amount\":1,\"currency\":\"EUR\"}",
            "{\"amount\":1e3,\"currency\":\"\"}",
            "[]");
    return Arbitraries.oneOf(likely, numbers, texts().map(text -> "\"" + text + "\""));
  }

  /** Strings as they stand in JSON: any characters, long, escaped, halves of pairs. */
  private static Arbitrary<String> texts() {
    Arbitrary<String> escapes =
        Arbitraries.of(
            "\\ud83d\\ude00",
            "\\ud83d",
            "\\ude00",
            "\\u0000",
            "\\ufffe",
            "\\uffff",
            "\\\"",
            "\\x",
            "\\u12",
            "\u2028",
            "😀",
            "é",
            "\u202e",
            "a",
            " ");
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(300),
        escapes.list().ofMaxSize(250).map(all -> String.join("", all)));
  }
}
