package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import flashsale.local.PostgresProcess;
import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import flashsale.model.Partitions;
import flashsale.model.UserId;
import flashsale.projection.Database;
import flashsale.projection.JdbcRecoverySource;
import flashsale.projection.Migrations;
import flashsale.stock.ClaimCall;
import flashsale.stock.ClaimReply;
import flashsale.stock.FlipReply;
import flashsale.stock.RedisBook;
import flashsale.stock.RedisStock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Redis that lost everything gets its buyers back from Postgres.
 *
 * <p>Prints how long it took. {@code -Dflashsale.rebuild.buyers=1000000} measures with more.
 */
class RebuildIT {
  private static final long BUYERS = Long.getLong("flashsale.rebuild.buyers", 100_000);

  /** Far more than it takes, for a machine that is busy with other things. */
  private static final Duration WITHIN = Duration.ofSeconds(10 + 40 * BUYERS / 1_000_000);

  private static final long EPOCH = 7;

  @Test
  void rebuildsRedisFromManyOrders(@TempDir Path dir) throws Exception {
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "rebuild", ConfigFactory.load(ConfigFactory.empty()));
    try (PostgresProcess postgres =
            PostgresProcess.start(
                dir.resolve("postgres"), ServerProcess.freePort(), dir.resolve("postgres.log"));
        RedisProcess redis =
            RedisProcess.start(
                dir.resolve("redis"), ServerProcess.freePort(), dir.resolve("redis.log"))) {
      Settings settings = settings(postgres, redis);
      Migrations.run(settings.postgres());
      sell(postgres);
      try (Database database = Database.create(settings.postgres(), "test", 8);
          RedisStock stock = RedisStock.connect(settings.redis(), system)) {
        RecoverySource source = new JdbcRecoverySource(database, new Partitions(16));
        BuyerLoad load = new BuyerLoad(World.ID, source, stock);
        soon(source.snapshot(World.ID));
        await().until(() -> isConnected(stock));

        long startedAt = System.nanoTime();
        soon(load.run(new Effect.Load(EPOCH, BUYERS, List.of())));
        FlipReply reply =
            soon(stock.flip(World.ID, EPOCH, BUYERS, BUYERS + 1, OptionalLong.empty()));
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);

        System.out.println("rebuilt " + BUYERS + " buyers in " + tookMs + " ms");
        assertThat(reply).isEqualTo(new FlipReply.Flipped());
        assertThat(soon(stock.read(World.ID))).contains(new RedisBook(EPOCH, 0, 1, BUYERS));
        assertThat(soon(stock.claim(call("buyer-1", "buyer-" + BUYERS, "somebody-else"))))
            .isEqualTo(
                new ClaimReply.Decided(
                    List.of(
                        ClaimReply.Verdict.DUPLICATE,
                        ClaimReply.Verdict.DUPLICATE,
                        ClaimReply.Verdict.NOMINATED)));
        assertThat(tookMs).isLessThan(WITHIN.toMillis());
      }
    } finally {
      system.terminate();
    }
  }

  private static boolean isConnected(RedisStock stock) {
    return stock
        .read(World.ID)
        .handle((book, failure) -> failure == null)
        .toCompletableFuture()
        .join();
  }

  private static ClaimCall call(String... users) {
    return new ClaimCall(
        World.ID,
        EPOCH,
        1,
        BUYERS,
        BUYERS + 1,
        List.of(users).stream().map(user -> new ClaimCall.Ask(new UserId(user), true)).toList());
  }

  /** Names as long as real ones, but for the first and the last. */
  private static void sell(PostgresProcess postgres) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into orders (order_id, activity_id, product_id, user_id, quantity, unit_price,
            currency, sequence, epoch, claimed_at, confirmed_at)
          select md5(n::text)::uuid, '%s', 'thing',
            case when n in (1, %d) then 'buyer-' || n else md5('u' || n)::uuid::text end,
            1, 4999, 'EUR', n, 1, now(), now()
          from generate_series(1, %d) as n
          """
              .formatted(World.ID, BUYERS, BUYERS));
    }
  }

  private static Settings settings(PostgresProcess postgres, RedisProcess redis) {
    Config config =
        ConfigFactory.parseMap(
            Map.of(
                "flashsale.environment", "local",
                "flashsale.redis.uri", redis.uri(),
                "flashsale.redis.command-timeout", "5 s",
                "flashsale.postgres.port", postgres.port(),
                "flashsale.postgres.password", postgres.password()));
    return Settings.from(config.withFallback(ConfigFactory.load()));
  }

  private static <T> T soon(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(WITHIN.toSeconds(), TimeUnit.SECONDS).join();
  }
}
