package flashsale.gateway;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.Inventory;
import flashsale.v1.InventoryClient;
import flashsale.v1.health.HealthCheckRequest;
import flashsale.v1.health.HealthCheckResponse.ServingStatus;
import flashsale.v1.health.HealthClient;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.jspecify.annotations.Nullable;

/**
 * One node over gRPC. It is asked for its health again and again, so that one that hangs is noticed
 * although nothing of it is closed.
 *
 * <p>While it does not answer, the connections are made anew now and then: gRPC itself waits longer
 * and longer, up to two minutes, before it connects again.
 */
final class InventoryConnection implements InventoryNodes.Node {
  private static final Duration ASKED_EVERY = Duration.ofMillis(500);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(1);
  private static final int RENEWED_AFTER_FAULTS = 3;

  /** Asks for answers that are not compressed: near each other, that costs more than it saves. */
  private static final DecompressorRegistry UNCOMPRESSED =
      DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false);

  private final ActorSystem<?> system;
  private final HostPort at;
  private final Duration callTimeout;
  private final Cancellable asking;
  private final Duration claimTimeout;
  private volatile Clients clients;
  private volatile boolean serves;
  private volatile boolean answered = true;
  private final AtomicInteger faultsInARow = new AtomicInteger();

  /** What is made anew together. The stream of claims also by itself, when it has ended. */
  private final class Clients {
    private final InventoryClient inventory = InventoryClient.create(settings(callTimeout), system);
    private final InventoryClient streaming = InventoryClient.create(settings(), system);
    private final HealthClient health = HealthClient.create(settings(ANSWERS_WITHIN), system);
    private volatile @Nullable ClaimStream stream;

    ClaimStream stream() {
      ClaimStream open = stream;
      return open != null && !open.hasEnded() ? open : streamAnew();
    }

    private synchronized ClaimStream streamAnew() {
      ClaimStream open = stream;
      if (open == null || open.hasEnded()) {
        open = new ClaimStream(system, streaming, claimTimeout);
        stream = open;
      }
      return open;
    }
  }

  InventoryConnection(ActorSystem<?> system, Settings.Grpc limits, HostPort at) {
    this.system = system;
    this.at = at;
    this.callTimeout = limits.callTimeout();
    this.claimTimeout = limits.claimTimeout();
    clients = new Clients();
    asking =
        system
            .scheduler()
            .scheduleAtFixedRate(Duration.ZERO, ASKED_EVERY, this::ask, system.executionContext());
  }

  private GrpcClientSettings settings() {
    return GrpcClientSettings.connectToServiceAt(at.host(), at.port(), system)
        .withTls(false)
        .withChannelBuilderOverrides(channel -> channel.decompressorRegistry(UNCOMPRESSED));
  }

  private GrpcClientSettings settings(Duration deadline) {
    return settings().withDeadline(deadline);
  }

  /** By the scheduler alone, one after the other. */
  private void ask() {
    if (!answered) {
      return;
    }
    if (faultsInARow.get() >= RENEWED_AFTER_FAULTS) {
      faultsInARow.set(0);
      closeLater(clients);
      clients = new Clients();
    }
    answered = false;
    var unused =
        GrpcFaults.invoke(
                health -> health.check(HealthCheckRequest.getDefaultInstance()), clients.health)
            .whenComplete((reply, fault) -> {
              serves = fault == null && reply.getStatus() == ServingStatus.SERVING;
              faultsInARow.updateAndGet(faults -> fault == null ? 0 : faults + 1);
              answered = true;
            });
  }

  @Override
  public Inventory inventory() {
    return clients.inventory;
  }

  @Override
  public CompletionStage<ClaimReply> claim(ClaimRequest claim) {
    return clients.stream().claim(claim);
  }

  @Override
  public boolean serves() {
    return serves;
  }

  @Override
  public void missed() {
    serves = false;
  }

  @Override
  public void close() {
    asking.cancel();
    closeLater(clients);
  }

  /** Calls under way may end. */
  private void closeLater(Clients old) {
    var unused = old.health.close();
    system
        .scheduler()
        .scheduleOnce(
            callTimeout,
            () -> {
              ClaimStream stream = old.stream;
              if (stream != null) {
                stream.close();
              }
              var unusedToo = old.inventory.close();
              var unusedThree = old.streaming.close();
            },
            system.executionContext());
  }
}
