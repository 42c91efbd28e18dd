package flashsale;

import com.typesafe.config.Config;
import flashsale.activity.ActivityActor;
import flashsale.activity.ActivityShards;
import flashsale.activity.InTurn;
import flashsale.activity.Rehearsal;
import flashsale.config.Settings;
import flashsale.config.Settings.Role;
import flashsale.discovery.ClusterStart;
import flashsale.discovery.Endpoints;
import flashsale.gateway.HttpGateway;
import flashsale.gateway.InventoryNodes;
import flashsale.grpc.GrpcServer;
import flashsale.grpc.InventoryService;
import flashsale.model.Partitions;
import flashsale.model.SlewedClock;
import flashsale.projection.Database;
import flashsale.projection.JdbcCatalog;
import flashsale.projection.JdbcRecoverySource;
import flashsale.projection.Migrations;
import flashsale.projection.Projection;
import flashsale.projection.Reads;
import flashsale.saleslog.KafkaSalesLog;
import flashsale.saleslog.SalesLogTopic;
import flashsale.stock.RedisStock;
import flashsale.v1.Inventory;
import java.net.BindException;
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
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.management.javadsl.PekkoManagement;
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
    Inventory inventory = null;
    if (settings.roles().contains(Role.INVENTORY) || settings.roles().contains(Role.PROJECTION)) {
      Database database = database("books", settings.postgres().connectionsMax());
      CompletionStage<Done> topic =
          untilDone("topic", () -> SalesLogTopic.ensure(settings.kafka()));
      CompletionStage<Done> prepared = firstFailureOf(List.of(tables(), topic));
      parts.add(prepared);
      if (settings.roles().contains(Role.INVENTORY)) {
        Hosting hosting = inventory(database, prepared, topic);
        inventory = hosting.service();
        parts.add(hosting.started());
      }
      if (settings.roles().contains(Role.PROJECTION)) {
        parts.add(prepared.thenApply(done -> projection(database)));
      }
    }
    if (settings.roles().contains(Role.GATEWAY)) {
      parts.add(gateway(inventory == null ? inventoryNodes() : inventory));
    }
    if (!settings.roles().contains(Role.INVENTORY)) {
      parts.add(
          management(PekkoManagement.get(system).start().thenApply(uri -> Done.getInstance())));
    }
    return firstFailureOf(parts).thenApply(started -> Readiness.started());
  }

  /**
   * Completes with the last part, or with the first that fails: another may wait for its server for
   * ever.
   */
  static CompletionStage<Done> firstFailureOf(List<CompletionStage<Done>> parts) {
    CompletableFuture<Done> result = new CompletableFuture<>();
    CompletionStage<Done> all = CompletableFuture.completedStage(Done.getInstance());
    for (CompletionStage<Done> part : parts) {
      part.exceptionally(failure -> {
        result.completeExceptionally(failure);
        return Done.getInstance();
      });
      all = all.thenCombine(part, (one, other) -> other);
    }
    all.thenAccept(result::complete);
    return result;
  }

  private Database database(String name, int connections) {
    Database database = Database.create(settings.postgres(), "postgres-" + name, connections);
    closeAtTheEnd(name, database);
    return database;
  }

  /** Over gRPC, whichever nodes etcd names. */
  private Inventory inventoryNodes() {
    InventoryNodes inventory = InventoryNodes.over(system, settings.grpc());
    Endpoints.of(system, settings).onChange(inventory::follow);
    Readiness.needs(inventory::isAnyServing);
    closeAtTheEnd("inventory-nodes", inventory);
    return inventory;
  }

  /** HTTP outside. The inventory of its own process is called without gRPC in between. */
  private CompletionStage<Done> gateway(Inventory inventory) {
    Settings.Http http = settings.http();
    return bound(
            "flashsale.http",
            http.host(),
            http.port(),
            HttpGateway.bind(system, settings, inventory))
        .thenApply(this::unbindAtTheEnd);
  }

  private record Hosting(Inventory service, CompletionStage<Done> started) {}

  /** The activities of this node's shards, and the gRPC service in front of them. */
  private Hosting inventory(
      Database database, CompletionStage<Done> prepared, CompletionStage<Done> topic) {
    // However often shoppers ask, recovery and projection go on.
    Database reads = database("reads", settings.postgres().readConnectionsMax());
    RedisStock stock = RedisStock.connect(settings.redis(), system);
    closeAtTheEnd("redis", stock);
    SlewedClock clock = SlewedClock.ofThisMachine();
    KafkaSalesLog salesLog = KafkaSalesLog.create(settings.kafka(), clock);
    closeAtTheEnd("sales-log", salesLog);
    Readiness.needs(salesLog::isWorking);
    Readiness.needs(Reachability.of(system, "redis", stock::reach));
    Readiness.needs(Reachability.of(system, "kafka", salesLog::reach));
    Readiness.needs(Reachability.of(system, "postgres", database::reach));
    Partitions partitions = new Partitions(settings.kafka().partitions());
    ActivityActor.Surroundings around =
        new ActivityActor.Surroundings(
            clock,
            stock,
            new TopicFirst(salesLog, topic.toCompletableFuture()),
            new JdbcRecoverySource(database, partitions),
            new JdbcCatalog(database),
            new InTurn(settings.activity().rebuildsAtOnceMax()),
            settings.activity());
    ActivityShards.start(system, partitions, around);
    Membership membership = Membership.of(system, settings);
    Settings.Grpc grpc = settings.grpc();
    InventoryService service = new InventoryService(system, stock, new Reads(reads), grpc);
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseServiceUnbind(),
            "claim-streams",
            () -> {
              service.endStreams();
              return CompletableFuture.completedStage(Done.getInstance());
            });
    CompletionStage<Done> started =
        bound(
                "flashsale.grpc",
                grpc.host(),
                grpc.port(),
                GrpcServer.bind(system, settings, service, membership::serves))
            .thenApply(this::unbindAtTheEnd)
            .thenCompose(bound -> rehearsed(around, salesLog, prepared))
            .thenCompose(warm -> joined());
    return new Hosting(service, started);
  }

  private CompletionStage<Done> rehearsed(
      ActivityActor.Surroundings around, KafkaSalesLog salesLog, CompletionStage<Done> prepared) {
    return Rehearsal.hold(system, around, prepared.thenCompose(done -> salesLog.open()));
  }

  private CompletionStage<Done> joined() {
    return management(ClusterStart.start(system, settings));
  }

  private CompletionStage<Done> management(CompletionStage<Done> binding) {
    Config http = system.settings().config().getConfig("pekko.management.http");
    return bound("pekko.management.http", http.getString("hostname"), http.getInt("port"), binding);
  }

  /** Says which setting asks for an address that is taken. */
  private static <T> CompletionStage<T> bound(
      String setting, String host, int port, CompletionStage<T> binding) {
    return binding.exceptionallyCompose(failure -> {
      for (Throwable at = failure; at != null; at = at.getCause()) {
        if (at instanceof BindException) {
          return CompletableFuture.failedStage(
              new IllegalStateException(
                  setting + ": " + host + ":" + port + " (expected: an address that is free)"));
        }
      }
      return CompletableFuture.failedStage(failure);
    });
  }

  /** The sales log into Postgres. */
  private Done projection(Database database) {
    Projection.Running running = Projection.start(system, settings, database);
    atTheEnd("projection", running::stop);
    return Done.getInstance();
  }

  /** The tables are there and are ours. Waits for Postgres as long as it takes. */
  private CompletionStage<Done> tables() {
    return untilDone(
        "tables",
        () -> CompletableFuture.runAsync(() -> Migrations.run(settings.postgres()), blocking()));
  }

  private Executor blocking() {
    return system.dispatchers().lookup(DispatcherSelector.blocking());
  }

  /** Tries again for as long as the server is away; a refusal (IllegalStateException) is final. */
  private CompletionStage<Done> untilDone(String what, Supplier<CompletionStage<Void>> step) {
    return untilDone(what, step, "");
  }

  private CompletionStage<Done> untilDone(
      String what, Supplier<CompletionStage<Void>> step, String saidBefore) {
    return step.get()
        .handle((value, failure) -> {
          if (failure == null) {
            return CompletableFuture.completedStage(Done.getInstance());
          }
          Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
          if (cause instanceof IllegalStateException) {
            return CompletableFuture.<Done>failedStage(cause);
          }
          String why = Main.rootMessage(failure);
          if (!why.equals(saidBefore)) {
            LOG.atWarn().addKeyValue("cause", why).log(what + " not ready, trying again");
          }
          Executor later =
              CompletableFuture.delayedExecutor(
                  RETRY_AFTER.toMillis(), TimeUnit.MILLISECONDS, blocking());
          CompletionStage<Void> waiting = CompletableFuture.runAsync(() -> {}, later);
          return waiting.thenCompose(waited -> untilDone(what, step, why));
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
