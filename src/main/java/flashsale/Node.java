package flashsale;

import flashsale.activity.ActivityActor;
import flashsale.activity.ActivityShards;
import flashsale.config.Settings;
import flashsale.config.Settings.Role;
import flashsale.discovery.ClusterStart;
import flashsale.gateway.HttpGateway;
import flashsale.grpc.GrpcServer;
import flashsale.model.Partitions;
import flashsale.projection.Database;
import flashsale.projection.JdbcCatalog;
import flashsale.projection.JdbcRecoverySource;
import flashsale.projection.Migrations;
import flashsale.projection.Projection;
import flashsale.projection.Reads;
import flashsale.saleslog.KafkaSalesLog;
import flashsale.saleslog.SalesLogTopic;
import flashsale.stock.RedisStock;
import flashsale.v1.InventoryClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of the system: the parts that its roles need, in the order in which data passes them.
 *
 * <p>Parts connect by themselves and may be away at the start; what cannot be right later (a table
 * or a topic that is not ours, a taken port) ends the start.
 */
final class Node {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  /** Requests under way may take this long when the node ends. */
  private static final Duration UNBIND_WITHIN = Duration.ofSeconds(4);

  private static final Duration RETRY_AFTER = Duration.ofMillis(500);

  private final ActorSystem<?> system;
  private final Settings settings;

  Node(ActorSystem<?> system, Settings settings) {
    this.system = system;
    this.settings = settings;
  }

  /** Completes when every port is bound and every part prepared; fails with what is in the way. */
  CompletionStage<Done> start() {
    List<CompletionStage<Done>> parts = new ArrayList<>();
    if (settings.roles().contains(Role.GATEWAY)) {
      parts.add(gateway());
    }
    if (settings.roles().contains(Role.INVENTORY) || settings.roles().contains(Role.PROJECTION)) {
      Database database = Database.create(settings.postgres());
      closeAtTheEnd("database", database);
      CompletionStage<Done> prepared = prepared();
      parts.add(prepared);
      if (settings.roles().contains(Role.INVENTORY)) {
        parts.add(inventory(database));
      }
      if (settings.roles().contains(Role.PROJECTION)) {
        parts.add(prepared.thenApply(done -> projection(database)));
      }
    }
    CompletableFuture<?>[] all =
        parts.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(all).thenApply(started -> Readiness.started());
  }

  /** HTTP outside, gRPC inside. */
  private CompletionStage<Done> gateway() {
    boolean ownInventory = settings.roles().contains(Role.INVENTORY);
    String host = ownInventory ? settings.grpc().host() : settings.grpc().staticEndpoint().host();
    int port = ownInventory ? settings.grpc().port() : settings.grpc().staticEndpoint().port();
    InventoryClient inventory =
        InventoryClient.create(
            GrpcClientSettings.connectToServiceAt(host, port, system)
                .withTls(false)
                .withDeadline(settings.grpc().callTimeout()),
            system);
    atTheEnd("grpc-client", () -> inventory.close());
    return HttpGateway.bind(system, settings, inventory).thenApply(this::unbindAtTheEnd);
  }

  /** The activities of this node's shards, and the gRPC service in front of them. */
  private CompletionStage<Done> inventory(Database database) {
    RedisStock stock = RedisStock.connect(settings.redis());
    closeAtTheEnd("redis", stock);
    KafkaSalesLog salesLog = KafkaSalesLog.create(settings.kafka());
    closeAtTheEnd("sales-log", salesLog);
    Partitions partitions = new Partitions(settings.kafka().partitions());
    ActivityShards.start(
        system,
        partitions,
        new ActivityActor.Surroundings(
            stock,
            salesLog,
            new JdbcRecoverySource(database, partitions),
            new JdbcCatalog(database),
            settings.activity()));
    return GrpcServer.bind(system, settings, stock, new Reads(database))
        .thenApply(this::unbindAtTheEnd)
        .thenCompose(bound -> ClusterStart.start(system, settings));
  }

  /** The sales log into Postgres. */
  private Done projection(Database database) {
    Projection.Running running = Projection.start(system, settings, database);
    atTheEnd("projection", running::stop);
    return Done.getInstance();
  }

  /**
   * The tables and the topic are there and are ours. Waits for Postgres and Kafka as long as it
   * takes.
   */
  private CompletionStage<Done> prepared() {
    CompletionStage<Void> tables =
        untilDone(
            "tables",
            () ->
                CompletableFuture.runAsync(() -> Migrations.run(settings.postgres()), blocking()));
    CompletionStage<Void> topic = untilDone("topic", () -> SalesLogTopic.ensure(settings.kafka()));
    return tables.thenCombine(topic, (migrated, ensured) -> Done.getInstance());
  }

  private Executor blocking() {
    return system.dispatchers().lookup(DispatcherSelector.blocking());
  }

  /** Tries again for as long as the server is away; a refusal (IllegalStateException) is final. */
  private <T> CompletionStage<T> untilDone(String what, Supplier<CompletionStage<T>> step) {
    return step.get()
        .handle((value, failure) -> {
          if (failure == null) {
            return CompletableFuture.completedFuture(value);
          }
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          if (cause instanceof IllegalStateException) {
            return CompletableFuture.<T>failedFuture(cause);
          }
          LOG.atWarn()
              .addKeyValue("cause", String.valueOf(cause))
              .log(what + " not ready, trying again");
          Executor later =
              CompletableFuture.delayedExecutor(
                  RETRY_AFTER.toMillis(), TimeUnit.MILLISECONDS, blocking());
          return CompletableFuture.runAsync(() -> {}, later)
              .thenCompose(waited -> untilDone(what, step));
        })
        .thenCompose(Function.identity());
  }

  private Done unbindAtTheEnd(ServerBinding binding) {
    binding.addToCoordinatedShutdown(UNBIND_WITHIN, system);
    return Done.getInstance();
  }

  private void atTheEnd(String name, Supplier<CompletionStage<Done>> close) {
    CoordinatedShutdown.get(system).addTask(CoordinatedShutdown.PhaseServiceStop(), name, close);
  }

  /** After the actors that use it. */
  private void closeAtTheEnd(String name, AutoCloseable part) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
            name,
            () -> CompletableFuture.supplyAsync(() -> close(name, part), blocking()));
  }

  private static Done close(String name, AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.atWarn()
          .addKeyValue("part", name)
          .addKeyValue("cause", e.toString())
          .log("not closed in order");
    }
    return Done.getInstance();
  }
}
