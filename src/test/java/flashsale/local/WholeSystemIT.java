package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise over all real parts: HTTP in, gRPC, actor, Redis, Kafka, Postgres, proof out. */
class WholeSystemIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int PARTITIONS = 16;

  @TempDir private static Path directory;
  private static RunningStack stack;

  @BeforeAll
  static void start() throws IOException {
    stack = RunningStack.start(directory);
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void theNodeHasRehearsed() throws IOException {
    assertThat(RunningStack.logs(directory).resolve("node-1.log"))
        .content()
        .contains("rehearsed")
        .doesNotContain("not rehearsed");
  }

  private static void create(String id, int stock) throws Exception {
    String body = "{\"activityId\":\"" + id + "\",\"title\":\"A test\",\"stock\":" + stock + "}";
    assertThat(stack.send("POST", "/v1/admin/activities", "ops", body).statusCode()).isEqualTo(201);
  }

  private static HttpResponse<String> buy(String activity, String user) throws Exception {
    return stack.send("POST", "/v1/activities/" + activity + "/purchases", user, "");
  }

  /** Waits until the three books are equal and nothing is under way. */
  private static void awaitConsistentAtRest(String activity) {
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(
                    stack
                        .send("GET", "/v1/admin/activities/" + activity + "/proof", "ops", "")
                        .body())
                .contains("\"consistent\":true", "\"atRest\":true"));
  }

  private static Sold sellOut(int units, int shoppers) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code =
        Sellout.run(
            Sellout.Limits.DEFAULT,
            print,
            print,
            "--stock",
            Integer.toString(units),
            "--shoppers",
            Integer.toString(shoppers),
            "--concurrency",
            "64",
            "--url",
            stack.url(),
            "--state",
            stack.stateFile().toString());
    return new Sold(code, out.toString(StandardCharsets.UTF_8));
  }

  private record Sold(int code, String report) {}

  @Test
  void theFirstPurchaseIsSequenceOneAndTheSameAgainIsTheSameOrder() throws Exception {
    create("first", 3);
    HttpResponse<String> bought = buy("first", "ann");
    assertThat(bought.statusCode()).isEqualTo(201);
    assertThat(bought.body()).contains("\"sequence\":1,", "\"status\":\"CONFIRMED\"");
    String orderId = bought.body().replaceFirst(".*\"orderId\":\"([^\"]+)\".*", "$1");

    HttpResponse<String> again = buy("first", "ann");
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(again.body()).contains("already-purchased", orderId);
    await()
        .atMost(SOON)
        .until(() ->
            stack.number("select count(*) from orders where order_id = '" + orderId + "'") == 1);
    assertThat(stack.send("GET", "/v1/orders/" + orderId, "ann", "").statusCode()).isEqualTo(200);
    assertThat(stack.send("GET", "/v1/orders/" + orderId, "bob", "").statusCode()).isEqualTo(404);
    awaitConsistentAtRest("first");
  }

  @Test
  void fiveThousandShoppersOnTwoHundredUnitsEndInAConsistentProof() throws Exception {
    Sold sold = sellOut(200, 5_000);
    assertThat(sold.code()).as(sold.report()).isZero();
  }

  @Test
  void aNodeThatIsKilledInTheMiddleOfASaleLosesNothing() throws Exception {
    CompletableFuture<Sold> sale = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            sale.complete(sellOut(2_000, 2_500));
          } catch (InterruptedException e) {
            sale.completeExceptionally(e);
          }
        });
    long before = stack.number("select count(*) from orders");
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> stack.number("select count(*) from orders") > before + 300);
    stack.kill("node-1");
    stack.restart("node-1");
    Sold sold = sale.get();
    assertThat(sold.code()).as(sold.report()).isZero();
    assertThat(stack.number("select max(epoch) from orders where activity_id like 'sellout-%'"))
        .as("a new epoch sold the rest")
        .isGreaterThan(2);
  }

  @Test
  void aWipedRedisIsRebuiltAndNobodyBuysTwice() throws Exception {
    create("wiped", 3);
    assertThat(buy("wiped", "ann").statusCode()).isEqualTo(201);
    stack.kill("redis");
    await().atMost(SOON).until(() -> buy("wiped", "bob").statusCode() == 503);
    stack.restart("redis");
    LocalStackState.Redis redis = stack.state().redis();
    RedisLine.send(redis.host(), redis.port(), "FLUSHALL");

    await().atMost(SOON).until(() -> buy("wiped", "ann").statusCode() == 409);
    await().atMost(SOON).until(() -> buy("wiped", "bob").statusCode() != 503);
    awaitConsistentAtRest("wiped");
    assertThat(stack.number("select count(*) from orders where activity_id = 'wiped'"))
        .isEqualTo(2);
  }

  @Test
  void randomBytesInTheSalesLogAreQuarantinedAndTheRestGoesOn() throws Exception {
    create("garbage", 3);
    assertThat(buy("garbage", "ann").statusCode()).isEqualTo(201);
    byte[] noise = new byte[64];
    new Random(7).nextBytes(noise);
    int partition = new Partitions(PARTITIONS).of(new ActivityId("garbage"));
    Map<String, Object> settings =
        Map.of("bootstrap.servers", stack.state().kafka().bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] key = "garbage".getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>("flashsale.sales", partition, key, noise)).get();
    }
    assertThat(buy("garbage", "bob").statusCode()).isEqualTo(201);
    awaitConsistentAtRest("garbage");
    assertThat(stack.number("select count(*) from quarantine where partition = " + partition))
        .isEqualTo(1);
  }

  @Test
  void stockGoesUpAfterASellOutAndTheSaleGoesOnUntilItIsClosed() throws Exception {
    create("more", 1);
    assertThat(buy("more", "ann").statusCode()).isEqualTo(201);
    await().atMost(SOON).until(() -> buy("more", "bob").body().contains("sold-out"));
    String stock = "/v1/admin/activities/more/stock";
    assertThat(stack.send("PUT", stock, "ops", "{\"stock\":2}").statusCode()).isEqualTo(200);
    assertThat(buy("more", "bob").statusCode()).isEqualTo(201);
    assertThat(stack.send("PUT", stock, "ops", "{\"stock\":1}").body()).contains("below-sold");
    assertThat(stack.send("POST", "/v1/admin/activities/more/close", "ops", "").statusCode())
        .isEqualTo(200);
    assertThat(buy("more", "cid").statusCode()).isEqualTo(410);
    assertThat(buy("more", "ann").statusCode()).isEqualTo(409);
    awaitConsistentAtRest("more");
  }
}
