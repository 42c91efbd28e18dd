package flashsale.stock;

import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.stock.ClaimReply.Verdict;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.awaitility.Awaitility;

/** A Redis, a {@link RedisStock} on it, and a second connection to look and to damage. */
final class Bench implements AutoCloseable {
  static final ActivityId SALE = new ActivityId("sale");
  static final String STATE = "flashsale:{sale}:state";
  static final String BUYERS = "flashsale:{sale}:buyers";

  static final Duration BREAKER_RESET = Duration.ofMillis(250);

  private final RedisProcess process;
  private final RedisClient client;
  private final ActorSystem<Void> system = system();
  final RedisCommands<String, String> redis;
  final RedisStock stock;

  private Bench(RedisProcess process) {
    this.process = process;
    this.client = RedisClient.create(process.uri());
    this.redis = client.connect().sync();
    this.stock =
        RedisStock.connect(settings(process.port(), Duration.ofSeconds(5), 10_000), system);
  }

  static Bench start(Path dir) {
    return new Bench(
        RedisProcess.start(dir.resolve("redis"), ServerProcess.freePort(), dir.resolve("log")));
  }

  static Settings.Redis settings(int port, Duration commandTimeout, int requestsQueuedMax) {
    return new Settings.Redis(
        "redis://127.0.0.1:" + port,
        false,
        commandTimeout,
        requestsQueuedMax,
        3,
        BREAKER_RESET,
        "flashsale:");
  }

  /** Has timers, and nothing else that is needed here. */
  static ActorSystem<Void> system() {
    return ActorSystem.create(
        Behaviors.empty(), "bench", ConfigFactory.load(ConfigFactory.empty()));
  }

  /** An epoch is open, with these buyers. */
  void open(long epoch, long stockUnits, String... buyers) {
    FlipReply reply = loadAndFlip(epoch, stockUnits, OptionalLong.empty(), buyers);
    if (!(reply instanceof FlipReply.Flipped)) {
      throw new AssertionError(reply);
    }
  }

  FlipReply loadAndFlip(long epoch, long stockUnits, OptionalLong garbage, String... buyers) {
    await(stock.beginLoad(SALE, epoch));
    await(stock.load(SALE, epoch, Arrays.stream(buyers).map(UserId::new).toList()));
    return await(stock.flip(SALE, epoch, buyers.length, stockUnits, garbage));
  }

  ClaimReply claim(long epoch, long seq, long sold, long stockUnits, String... asks) {
    return await(stock.claim(call(epoch, seq, sold, stockUnits, asks)));
  }

  /** An ask is a user's name; with a question mark before it the user only asks. */
  static ClaimCall call(long epoch, long seq, long sold, long stockUnits, String... asks) {
    return new ClaimCall(
        SALE, epoch, seq, sold, stockUnits, Arrays.stream(asks).map(Bench::ask).toList());
  }

  private static ClaimCall.Ask ask(String text) {
    return text.startsWith("?")
        ? new ClaimCall.Ask(new UserId(text.substring(1)), false)
        : new ClaimCall.Ask(new UserId(text), true);
  }

  static ClaimReply decided(Verdict... verdicts) {
    return new ClaimReply.Decided(List.of(verdicts));
  }

  static String[] users(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "user-" + i).toArray(String[]::new);
  }

  /** Every key with its value, byte for byte, and whether it expires. */
  Map<String, String> dump() {
    Map<String, String> dump = new TreeMap<>();
    for (String key : redis.keys("*")) {
      boolean expires = redis.pttl(key) >= 0;
      dump.put(key, HexFormat.of().formatHex(redis.dump(key)) + (expires ? " expires" : ""));
    }
    return dump;
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new AssertionError("the call failed: " + e.getCause(), e);
    }
  }

  /** As the actor does: the very same call again. */
  static ClaimReply claimUntilAnswered(RedisStock stock, ClaimCall call) {
    return Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .ignoreExceptionsInstanceOf(CompletionException.class)
        .until(
            () -> stock.claim(call).toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join(),
            reply -> true);
  }

  @Override
  public void close() {
    stock.close();
    client.shutdown();
    system.terminate();
    process.close();
  }
}
