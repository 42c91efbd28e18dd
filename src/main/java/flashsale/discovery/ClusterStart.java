package flashsale.discovery;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.apache.pekko.management.javadsl.PekkoManagement;

/** Brings an inventory node into its cluster: through etcd, or on its own where there is none. */
public final class ClusterStart {
  static final String BOOTSTRAP = "bootstrap";

  /** How long an orderly end waits for etcd; the lease ends by itself anyway. */
  private static final Duration WITHDRAW_TIMEOUT = Duration.ofSeconds(2);

  private ClusterStart() {}

  /**
   * Opens the management port, then joins.
   *
   * <p>With etcd: this node becomes a contact point of the others at once, and an endpoint for
   * gateways when it is Up, so no claim reaches a node that has no shards. It takes both back first
   * of all when the system ends in order.
   *
   * <p>To be called once, when the gRPC port is bound. The stage fails when the management port
   * cannot be had; it does not wait for Up, which {@code /ready} tells.
   */
  public static CompletionStage<Done> start(ActorSystem<?> system, Settings settings) {
    return PekkoManagement.get(system)
        .start()
        .thenApply(management -> {
          if (settings.etcd().endpoints().isEmpty()) {
            Cluster cluster = Cluster.get(system);
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
          } else {
            joinThroughEtcd(system, settings, management);
          }
          return Done.getInstance();
        });
  }

  private static void joinThroughEtcd(ActorSystem<?> system, Settings settings, Uri management) {
    HostPort contactPoint = new HostPort(management.host().address(), management.port());
    HostPort grpc = new HostPort(settings.grpc().host(), settings.grpc().port());
    register(system, BOOTSTRAP, contactPoint);
    org.apache.pekko.cluster.Cluster.get(system)
        .registerOnMemberUp(() -> register(system, Endpoints.GRPC, grpc));
    ClusterBootstrap.get(system).start();
  }

  private static void register(ActorSystem<?> system, String service, HostPort endpoint) {
    ActorRef<EtcdRegistration.Command> registration =
        system.systemActorOf(
            EtcdRegistration.create(EtcdConnection.of(system), Map.of(service, endpoint)),
            "etcd-registration-" + service,
            Props.empty());
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "withdraw-" + service,
            () -> withdraw(system, registration));
  }

  private static CompletionStage<Done> withdraw(
      ActorSystem<?> system, ActorRef<EtcdRegistration.Command> registration) {
    return AskPattern.<EtcdRegistration.Command, Done>ask(
            registration, EtcdRegistration.Withdraw::new, WITHDRAW_TIMEOUT, system.scheduler())
        .exceptionally(unreachable -> Done.getInstance());
  }
}
