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
import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import flashsale.model.UserId;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis Cluster of three primaries. */
class RedisClusterIT {
  private static final int PRIMARIES = 3;
  private static final int SLOT = SlotHash.getSlot("{sale}");

  @TempDir Path directory;
  private final List<RedisProcess> processes = new ArrayList<>();
  private final List<RedisClient> clients = new ArrayList<>();
  private final List<RedisCommands<String, String>> primaries = new ArrayList<>();
  private final ActorSystem<Void> system = Bench.system();
  private RedisStock stock;

  @BeforeEach
  void start() {
    for (int i = 0; i < PRIMARIES; i++) {
      RedisProcess process =
          RedisProcess.start(
              directory.resolve("redis-" + i),
              portWithRoomForTheBus(),
              directory.resolve("log-" + i),
              List.of("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
      processes.add(process);
      RedisClient client = RedisClient.create(process.uri());
      clients.add(client);
      primaries.add(client.connect().sync());
    }
    for (int i = 0; i < PRIMARIES; i++) {
      int first = SlotHash.SLOT_COUNT * i / PRIMARIES;
      int end = SlotHash.SLOT_COUNT * (i + 1) / PRIMARIES;
      primaries.get(i).clusterAddSlots(IntStream.range(first, end).toArray());
      primaries.getFirst().clusterMeet("127.0.0.1", processes.get(i).port());
    }
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() ->
            primaries.stream()
                .allMatch(primary -> primary.clusterInfo().contains("cluster_state:ok")));
    stock =
        RedisStock.connect(
            new Settings.Redis(
                processes.getFirst().uri(),
                true,
                Duration.ofSeconds(2),
                10_000,
                3,
                Bench.BREAKER_RESET,
                "flashsale:"),
            system);
  }

  /** The cluster's bus listens 10,000 above. */
  private static int portWithRoomForTheBus() {
    int port = ServerProcess.freePort();
    while (!ServerProcess.isFree(port + 10_000)) {
      port = ServerProcess.freePort();
    }
    return port;
  }

  @AfterEach
  void stop() {
    stock.close();
    system.terminate();
    clients.forEach(RedisClient::shutdown);
    processes.forEach(RedisProcess::close);
  }

  private int owner() {
    for (int i = 0; i < PRIMARIES; i++) {
      if (primaries.get(i).clusterCountKeysInSlot(SLOT) > 0) {
        return i;
      }
    }
    throw new AssertionError("nobody has the activity's keys");
  }

  private void openEpoch() {
    await(stock.beginLoad(SALE, 1));
    await(stock.load(SALE, 1, List.of(new UserId("ann"))));
    assertThat(await(stock.flip(SALE, 1, 1, 100, OptionalLong.empty())))
        .isInstanceOf(FlipReply.Flipped.class);
  }

  @Test
  void sellsWhereverTheActivityLies() {
    openEpoch();
    assertThat(await(stock.claim(call(1, 1, 1, 100, "ann", "ben"))))
        .isEqualTo(decided(DUPLICATE, NOMINATED));
    assertThat(await(stock.read(SALE)).orElseThrow().buyers()).isEqualTo(2);
    assertThat(await(stock.adopt(SALE, 1, 1, 100, 2, 2, 100)))
        .isInstanceOf(AdoptReply.Adopted.class);
  }

  @Test
  void goesOnWhileItsSlotMoves() {
    openEpoch();
    assertThat(await(stock.claim(call(1, 1, 1, 100, "ben")))).isEqualTo(decided(NOMINATED));
    int from = owner();
    int to = (from + 1) % PRIMARIES;
    String fromId = primaries.get(from).clusterMyId();
    String toId = primaries.get(to).clusterMyId();
    primaries.get(to).clusterSetSlotImporting(SLOT, fromId);
    primaries.get(from).clusterSetSlotMigrating(SLOT, toId);
    assertThat(claimUntilAnswered(stock, call(1, 2, 2, 100, "cat"))).isEqualTo(decided(NOMINATED));

    List<String> keys = primaries.get(from).clusterGetKeysInSlot(SLOT, 100);
    assertThat(keys).hasSize(2);
    RedisURI target = RedisURI.create(processes.get(to).uri());
    primaries
        .get(from)
        .migrate(target.getHost(), target.getPort(), 0, 5_000, MigrateArgs.Builder.keys(keys));
    assertThat(claimUntilAnswered(stock, call(1, 3, 3, 100, "dan"))).isEqualTo(decided(NOMINATED));

    primaries.forEach(primary -> primary.clusterSetSlotNode(SLOT, toId));
    assertThat(claimUntilAnswered(stock, call(1, 4, 4, 100, "eve", "ben")))
        .isEqualTo(decided(NOMINATED, DUPLICATE));
    assertThat(owner()).isEqualTo(to);
  }

  @Test
  void sellsOnWhenAnotherPrimaryDies() {
    openEpoch();
    int other = (owner() + 1) % PRIMARIES;
    primaries.forEach(primary -> primary.configSet("cluster-require-full-coverage", "no"));
    processes.get(other).process().kill();
    assertThat(claimUntilAnswered(stock, call(1, 1, 1, 100, "ben"))).isEqualTo(decided(NOMINATED));
    assertThat(claimUntilAnswered(stock, call(1, 2, 2, 100, "cat"))).isEqualTo(decided(NOMINATED));
  }
}
