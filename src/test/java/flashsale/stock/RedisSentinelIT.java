package flashsale.stock;

import static flashsale.stock.Bench.SALE;
import static flashsale.stock.Bench.await;
import static flashsale.stock.Bench.call;
import static flashsale.stock.Bench.claimUntilAnswered;
import static flashsale.stock.Bench.decided;
import static flashsale.stock.ClaimReply.Verdict.DUPLICATE;
import static flashsale.stock.ClaimReply.Verdict.NOMINATED;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.config.Settings;
import flashsale.local.RedisLine;
import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import flashsale.model.UserId;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master, its replica, and a Sentinel that makes the replica master when the master dies. */
class RedisSentinelIT {
  private static final String NAME = "flashsale";

  @TempDir Path directory;
  private final ActorSystem<Void> system = Bench.system();
  private RedisProcess master;
  private RedisProcess replica;
  private RedisProcess sentinel;
  private RedisStock stock;
  private final List<RedisProcess> started = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    master = redis("master", List.of());
    replica =
        redis("replica", List.of("--replicaof", "127.0.0.1", Integer.toString(master.port())));
    Path dataDir = Files.createDirectories(directory.resolve("sentinel"));
    Path configuration = dataDir.resolve("conf");
    Files.writeString(
        configuration,
        """
        sentinel monitor %1$s 127.0.0.1 %2$d 1
        sentinel down-after-milliseconds %1$s 500
        sentinel failover-timeout %1$s 3000
        """
            .formatted(NAME, master.port()));
    sentinel =
        RedisProcess.startSentinel(
            dataDir, configuration, ServerProcess.freePort(), directory.resolve("sentinel.log"));
    started.add(sentinel);
    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> sentinelSays().contains("slaves=1"));
    stock =
        RedisStock.connect(
            new Settings.Redis(
                "redis-sentinel://127.0.0.1:" + sentinel.port() + "#" + NAME,
                false,
                Duration.ofSeconds(2),
                10_000,
                3,
                Bench.BREAKER_RESET,
                "flashsale:"),
            system);
  }

  private RedisProcess redis(String name, List<String> further) {
    RedisProcess process =
        RedisProcess.start(
            directory.resolve(name),
            ServerProcess.freePort(),
            directory.resolve(name + ".log"),
            further);
    started.add(process);
    return process;
  }

  private String sentinelSays() {
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + sentinel.port());
    try {
      return client.connect().sync().info("sentinel");
    } finally {
      client.shutdown();
    }
  }

  @AfterEach
  void stop() {
    if (stock != null) {
      stock.close();
    }
    system.terminate();
    started.forEach(RedisProcess::close);
  }

  @Test
  void goesOnAtTheMasterThatSentinelNames() throws IOException {
    await(stock.beginLoad(SALE, 1));
    await(stock.load(SALE, 1, List.of(new UserId("ann"))));
    assertThat(await(stock.flip(SALE, 1, 1, 100, OptionalLong.empty())))
        .isInstanceOf(FlipReply.Flipped.class);
    assertThat(await(stock.claim(call(1, 1, 1, 100, "ben")))).isEqualTo(decided(NOMINATED));
    Awaitility.await().atMost(10, TimeUnit.SECONDS).until(this::isReplicaLevel);

    master.process().kill();

    assertThat(claimUntilAnswered(stock, call(1, 2, 2, 100, "cat", "ben")))
        .isEqualTo(decided(NOMINATED, DUPLICATE));
    assertThat(RedisLine.send("127.0.0.1", replica.port(), "EXISTS " + Bench.STATE))
        .isEqualTo(":1");
    assertThat(await(stock.read(SALE)).orElseThrow().buyers()).isEqualTo(3);
  }

  /** A replica that answers reads has what its master acked. */
  private boolean isReplicaLevel() throws IOException {
    String buyers = "SISMEMBER " + Bench.BUYERS + " ben";
    return RedisLine.send("127.0.0.1", replica.port(), "EXISTS " + Bench.STATE).equals(":1")
        && RedisLine.send("127.0.0.1", replica.port(), buyers).equals(":1");
  }
}
