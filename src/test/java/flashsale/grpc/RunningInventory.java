package flashsale.grpc;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.activity.ActivityActor;
import flashsale.config.Settings;
import flashsale.projection.Database;
import flashsale.projection.Reads;
import flashsale.stock.RedisStock;
import flashsale.v1.InventoryClient;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.http.javadsl.ServerBinding;

/** The gRPC server on a free port, in front of actors that a test brings; no Redis, no Postgres. */
final class RunningInventory implements AutoCloseable {
  private final ActorTestKit node;
  private final Database database;
  private final RedisStock redis;
  private final InventoryService service;
  private final int port;
  private final InventoryClient client;

  private RunningInventory(
      ActorTestKit node,
      Database database,
      RedisStock redis,
      InventoryService service,
      int port,
      InventoryClient client) {
    this.node = node;
    this.database = database;
    this.redis = redis;
    this.service = service;
    this.port = port;
    this.client = client;
  }

  /**
   * @param settings go before application.conf
   * @param actor the actor of an activity
   */
  static RunningInventory start(
      String settings, Function<String, Behavior<ActivityActor.Message>> actor) throws Exception {
    return start(settings, actor, () -> true);
  }

  /**
   * The same.
   *
   * @param serves what its health says
   */
  static RunningInventory start(
      String settings,
      Function<String, Behavior<ActivityActor.Message>> actor,
      BooleanSupplier serves)
      throws Exception {
    Config config = config(settings);
    Settings read = Settings.from(config);
    ActorTestKit node = ActorTestKit.create("grpc-test", config);
    Cluster cluster = Cluster.get(node.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    ClusterSharding.get(node.system())
        .init(Entity.of(ActivityActor.KEY, entity -> actor.apply(entity.getEntityId())));
    Database database = Database.create(read.postgres(), "test", 8);
    RedisStock redis = RedisStock.connect(read.redis(), node.system());
    InventoryService service =
        new InventoryService(node.system(), redis, new Reads(database), read.grpc());
    ServerBinding server =
        GrpcServer.bind(node.system(), read, service, serves)
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    int port = server.localAddress().getPort();
    InventoryClient client =
        InventoryClient.create(
            GrpcClientSettings.connectToServiceAt("127.0.0.1", port, node.system()).withTls(false),
            node.system());
    return new RunningInventory(node, database, redis, service, port, client);
  }

  private static Config config(String settings) {
    return ConfigFactory.parseString(settings)
        .withFallback(
            ConfigFactory.parseString(
                """
                flashsale { environment = local, grpc.port = 0 }
                flashsale.postgres { port = 1, connection-timeout = 250 ms }
                flashsale.redis.uri = "redis://127.0.0.1:1"
                pekko.remote.artery.canonical.port = 0
                """))
        .withFallback(ConfigFactory.load())
        .resolve();
  }

  InventoryClient client() {
    return client;
  }

  InventoryService service() {
    return service;
  }

  int port() {
    return port;
  }

  ActorSystem<?> system() {
    return node.system();
  }

  @Override
  public void close() {
    node.shutdownTestKit();
    redis.close();
    database.close();
  }
}
