package flashsale.gateway;

import flashsale.config.Settings.HostPort;
import flashsale.v1.Inventory;
import flashsale.v1.InventoryClient;
import flashsale.v1.health.HealthCheckRequest;
import flashsale.v1.health.HealthCheckResponse.ServingStatus;
import flashsale.v1.health.HealthClient;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.grpc.GrpcClientSettings;

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

  private final ActorSystem<?> system;
  private final HostPort at;
  private final Duration callTimeout;
  private final Cancellable asking;
  private volatile Clients clients;
  private volatile boolean serves;
  private volatile boolean answered = true;
  private final AtomicInteger faultsInARow = new AtomicInteger();

  private record Clients(InventoryClient inventory, HealthClient health) {}

  InventoryConnection(ActorSystem<?> system, Duration callTimeout, HostPort at) {
    this.system = system;
    this.at = at;
    this.callTimeout = callTimeout;
    clients = connect();
    asking =
        system
            .scheduler()
            .scheduleAtFixedRate(Duration.ZERO, ASKED_EVERY, this::ask, system.executionContext());
  }

  private Clients connect() {
    return new Clients(
        InventoryClient.create(settings(callTimeout), system),
        HealthClient.create(settings(ANSWERS_WITHIN), system));
  }

  private GrpcClientSettings settings(Duration deadline) {
    return GrpcClientSettings.connectToServiceAt(at.host(), at.port(), system)
        .withTls(false)
        .withDeadline(deadline);
  }

  /** By the scheduler alone, one after the other. */
  private void ask() {
    if (!answered) {
      return;
    }
    if (faultsInARow.get() >= RENEWED_AFTER_FAULTS) {
      faultsInARow.set(0);
      closeLater(clients);
      clients = connect();
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
              var unusedToo = old.inventory.close();
            },
            system.executionContext());
  }
}
