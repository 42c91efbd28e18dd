package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Harm done to the Redis of a running system: found, named, mended; orders stay as they are. */
class ReconcileIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ORDERS_DIGEST =
      "select coalesce(sum(hashtext(orders::text)), 0) + count(*) from orders";

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

  private record Run(int code, String out) {}

  private static Run reconcile(String... args) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--state";
    all[args.length + 1] = stack.stateFile().toString();
    int code = Reconcile.run(Reconcile.Limits.DEFAULT, print, print, all);
    return new Run(code, out.toString(StandardCharsets.UTF_8));
  }

  private static void sell(String activity, String... users) throws Exception {
    String body = "{\"activityId\":\"" + activity + "\",\"title\":\"A test\",\"stock\":5}";
    assertThat(stack.send("POST", "/v1/admin/activities", "ops", body).statusCode()).isEqualTo(201);
    for (String user : users) {
      // On a busy machine an answer may be 202 or 503 first; whoever has it is told 409.
      await()
          .atMost(SOON)
          .until(
              () ->
                  stack
                      .send("POST", "/v1/activities/" + activity + "/purchases", user, "")
                      .statusCode(),
              status -> status == 201 || status == 409);
    }
  }

  private static void redis(String command) throws IOException {
    LocalStackState.Redis redis = stack.state().redis();
    assertThat(RedisLine.send(redis.host(), redis.port(), command)).doesNotStartWith("-");
  }

  private static long epoch(String activity) throws Exception {
    return stack.number("select epoch from ledgers where activity_id = '" + activity + "'");
  }

  @Test
  void findsAndMendsARedisThatIsWrong() throws Exception {
    sell("flushed", "ann", "bob");
    sell("edited", "ann", "bob", "cem");
    sell("right", "ann");
    sell("untouched");
    await().atMost(SOON).until(() -> reconcile().out.contains("4 activities: 4 ok"));
    long orders = stack.number(ORDERS_DIGEST);
    long rightEpoch = epoch("right");

    redis("DEL flashsale:{flushed}:state flashsale:{flushed}:buyers");
    redis("SREM flashsale:{edited}:buyers ann");

    Run found = reconcile();
    assertThat(found.out)
        .contains("flushed  DIFFERS: redis: knows nothing", "edited  DIFFERS: redis: 2 buyers")
        .contains("right  ok: 1 of 5 sold\n", "untouched  ok: 0 of 5 sold\n")
        .endsWith("4 activities: 2 ok, 0 selling, 0 repaired, 2 different\n");
    assertThat(found.code).isEqualTo(1);

    Run mended = reconcile("--repair");
    assertThat(mended.out)
        .contains("flushed  repaired; ", "edited  repaired; ")
        .endsWith("4 activities: 2 ok, 0 selling, 2 repaired, 0 different\n");
    assertThat(mended.code).isZero();
    await().atMost(SOON).until(() -> reconcile().out.contains("4 activities: 4 ok"));

    assertThat(stack.number(ORDERS_DIGEST)).isEqualTo(orders);
    assertThat(epoch("right")).isEqualTo(rightEpoch);
    assertThat(stack.send("POST", "/v1/activities/edited/purchases", "ann", "").body())
        .contains("already-purchased");
    assertThat(stack.send("POST", "/v1/activities/flushed/purchases", "dee", "").body())
        .contains("\"sequence\":3,");
  }
}
