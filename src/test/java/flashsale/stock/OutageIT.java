package flashsale.stock;

import static flashsale.stock.Bench.decided;
import static flashsale.stock.ClaimReply.Verdict.NOMINATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.CircuitBreakerOpenException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis dies, hangs, or is not there yet. */
class OutageIT {
  private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(300);
  private static final int QUEUED_MAX = 20;

  /** One time-out is promised; the rest is for a busy machine. */
  private static final Duration FAILS_WITHIN = COMMAND_TIMEOUT.plusSeconds(1);

  private static final Duration WORKS_WITHIN = Duration.ofSeconds(10);

  private static final ActorSystem<Void> system = Bench.system();

  @TempDir private Path dir;
  private int port;
  private RedisProcess redis;
  private RedisStock stock;

  @AfterAll
  static void stopSystem() {
    system.terminate();
  }

  @BeforeEach
  void start() {
    port = ServerProcess.freePort();
    redis = startRedis();
    stock = RedisStock.connect(Bench.settings(port, COMMAND_TIMEOUT, QUEUED_MAX), system);
    await().atMost(WORKS_WITHIN).until(() -> succeeds(flip()));
  }

  @AfterEach
  void stop() throws Exception {
    signal("CONT");
    stock.close();
    redis.close();
  }

  @Test
  void failsFastWhileRedisIsDeadAndWorksAgainByItself() {
    ClaimCall first = Bench.call(1, 1, 0, 10, "a");
    ClaimCall second = Bench.call(1, 2, 1, 10, "b");
    assertThat(Bench.await(stock.claim(first))).isEqualTo(decided(NOMINATED));

    redis.process().kill();
    assertFailsInTime(stock.claim(second));
    assertFailsInTime(stock.claim(second));

    redis = startRedis();
    await()
        .atMost(WORKS_WITHIN)
        .untilAsserted(
            () -> assertThat(Bench.await(stock.claim(first))).isEqualTo(decided(NOMINATED)));
    assertThat(Bench.await(stock.claim(second))).isEqualTo(decided(NOMINATED));
    assertThat(Bench.await(stock.read(Bench.SALE))).contains(new RedisBook(1, 2, 8, 2));
  }

  @Test
  void connectsToARedisThatComesUpLater() throws Exception {
    redis.close();
    try (RedisStock early =
        RedisStock.connect(Bench.settings(port, COMMAND_TIMEOUT, QUEUED_MAX), system)) {
      assertFailsInTime(early.read(Bench.SALE));
      assertFailsInTime(early.claim(Bench.call(1, 1, 0, 10, "a")));

      redis = startRedis();
      await().atMost(WORKS_WITHIN).until(() -> succeeds(early.read(Bench.SALE)));
      assertThat(Bench.await(early.claim(Bench.call(1, 1, 0, 10, "a"))))
          .isEqualTo(decided(NOMINATED));
    }
  }

  @Test
  void aCallThatTimedOutIsRepeatedUnchangedAndCountsOnce() throws Exception {
    ClaimCall call = Bench.call(1, 1, 0, 10, "a");
    signal("STOP");
    assertFailsInTime(stock.claim(call));
    assertFailsInTime(stock.claim(call));
    signal("CONT");

    await()
        .atMost(WORKS_WITHIN)
        .untilAsserted(
            () -> assertThat(Bench.await(stock.claim(call))).isEqualTo(decided(NOMINATED)));
    assertThat(Bench.await(stock.read(Bench.SALE))).contains(new RedisBook(1, 1, 9, 1));
  }

  @Test
  void replacesAConnectionThatStaysSilent() throws Exception {
    try (RedisClient client = RedisClient.create(redis.uri())) {
      RedisCommands<String, String> looker = client.connect().sync();
      long before = connectionsReceived(looker);
      signal("STOP");
      long stoppedAt = System.nanoTime();
      await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> {
            assertFailsInTime(stock.read(Bench.SALE));
            return System.nanoTime() - stoppedAt > TimeUnit.SECONDS.toNanos(4);
          });
      signal("CONT");

      await().atMost(WORKS_WITHIN).until(() -> succeeds(stock.read(Bench.SALE)));
      assertThat(connectionsReceived(looker)).isGreaterThan(before);
    }
  }

  private static long connectionsReceived(RedisCommands<String, String> redis) {
    return redis
        .info("stats")
        .lines()
        .filter(line -> line.startsWith("total_connections_received:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .sum();
  }

  @Test
  void failsAtOnceAfterAFewCallsWithoutAnAnswer() throws Exception {
    signal("STOP");
    openBreaker();

    List<CompletableFuture<?>> calls = new ArrayList<>();
    for (int i = 0; i < 50 * QUEUED_MAX; i++) {
      calls.add(stock.read(Bench.SALE).toCompletableFuture());
    }
    calls.forEach(OutageIT::assertFailsInTime);

    long atOnce = calls.stream().filter(OutageIT::isRefusedByBreaker).count();
    assertThat(atOnce).as("others try whether Redis is back").isGreaterThan(calls.size() - 10);
    assertThat(calls).noneSatisfy(call -> assertThat(reason(call)).contains("size exceeded"));
  }

  @Test
  void worksAgainSoonAfterRedisAnswersAgain() throws Exception {
    signal("STOP");
    openBreaker();
    signal("CONT");

    Duration promised = Bench.BREAKER_RESET.plus(COMMAND_TIMEOUT);
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(promised.plusSeconds(2))
        .until(this::succeedsManyTimesInARow);
  }

  /** The first answer may arrive a moment before the breaker closes: the next call then fails. */
  private boolean succeedsManyTimesInARow() {
    return IntStream.range(0, 2 * QUEUED_MAX).allMatch(i -> succeeds(stock.read(Bench.SALE)));
  }

  private void openBreaker() {
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> {
          CompletableFuture<?> call = stock.read(Bench.SALE).toCompletableFuture();
          assertFailsInTime(call);
          return isRefusedByBreaker(call);
        });
  }

  private static boolean isRefusedByBreaker(CompletableFuture<?> call) {
    return call.exceptionNow() instanceof CircuitBreakerOpenException;
  }

  private static String reason(CompletableFuture<?> call) {
    return call.exceptionNow().toString();
  }

  @Test
  void refusesAtOnceWhatTheQueueHasNoRoomFor() throws Exception {
    signal("STOP");
    List<CompletionStage<?>> calls = new ArrayList<>();
    for (int i = 0; i < QUEUED_MAX; i++) {
      calls.add(stock.read(Bench.SALE));
    }
    CompletableFuture<?> tooMany = stock.read(Bench.SALE).toCompletableFuture();

    assertThatThrownBy(() -> tooMany.get(FAILS_WITHIN.toMillis(), TimeUnit.MILLISECONDS))
        .hasMessageContaining("size exceeded");
    calls.forEach(OutageIT::assertFailsInTime);
  }

  @Test
  void failsAfterItWasClosed() {
    stock.close();
    assertFailsInTime(stock.claim(Bench.call(1, 1, 0, 10, "a")));
  }

  private RedisProcess startRedis() {
    return RedisProcess.start(dir.resolve("redis"), port, dir.resolve("log"));
  }

  private CompletionStage<FlipReply> flip() {
    return stock.flip(Bench.SALE, 1, 0, 10, OptionalLong.empty());
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(redis.process().pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private static boolean succeeds(CompletionStage<?> stage) {
    try {
      Bench.await(stage);
      return true;
    } catch (AssertionError failed) {
      return false;
    }
  }

  private static void assertFailsInTime(CompletionStage<?> stage) {
    assertThatThrownBy(
            () -> stage.toCompletableFuture().get(FAILS_WITHIN.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(ExecutionException.class);
  }
}
