package flashsale;

import flashsale.config.Settings;
import flashsale.config.Settings.Role;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Whether gateways should send claims to this node: while it is Up, and until it begins to leave.
 *
 * <p>A node that leaves says so first and goes on answering for a moment, so that no gateway meets
 * a closed port.
 */
final class Membership {
  /** Gateways ask for a node's health every half second, and hear of etcd's change at once. */
  private static final Duration HEARD_WITHIN = Duration.ofSeconds(1);

  private final Cluster cluster;
  private volatile boolean leaving;

  private Membership(Cluster cluster) {
    this.cluster = cluster;
  }

  static Membership of(ActorSystem<?> system, Settings settings) {
    Membership membership = new Membership(Cluster.get(system));
    // A gateway in the same process closes its own door at the same time.
    boolean othersSendHere = !settings.roles().contains(Role.GATEWAY);
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "stop-serving",
            () -> membership.leave(othersSendHere ? HEARD_WITHIN : Duration.ZERO));
    return membership;
  }

  boolean serves() {
    return !leaving && cluster.selfMember().status().equals(MemberStatus.up());
  }

  private CompletionStage<Done> leave(Duration heardWithin) {
    leaving = true;
    return new CompletableFuture<Done>()
        .completeOnTimeout(Done.getInstance(), heardWithin.toMillis(), TimeUnit.MILLISECONDS);
  }
}
