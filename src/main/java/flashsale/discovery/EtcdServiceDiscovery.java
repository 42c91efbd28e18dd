package flashsale.discovery;

import flashsale.config.Settings.HostPort;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.discovery.Lookup;
import org.apache.pekko.discovery.ServiceDiscovery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * Pekko's service discovery on etcd: service {@code name} is what is registered under {@code
 * <prefix>name/}.
 *
 * <p>A lookup that fails or finds nobody answers with the last set that it found, because etcd
 * being away says nothing about the nodes. It fails only when it never found anybody.
 *
 * <p>Created by Pekko, by the name in {@code pekko.discovery.etcd.class}.
 */
public final class EtcdServiceDiscovery extends ServiceDiscovery {
  private static final Logger log = LoggerFactory.getLogger(EtcdServiceDiscovery.class);

  private final EtcdConnection connection;
  private final ConcurrentHashMap<String, Set<HostPort>> lastKnownGood = new ConcurrentHashMap<>();

  public EtcdServiceDiscovery(ExtendedActorSystem system) {
    connection = EtcdConnection.of(system);
  }

  @Override
  public Future<Resolved> lookup(Lookup lookup, FiniteDuration resolveTimeout) {
    String service = lookup.serviceName();
    return FutureConverters.asScala(
        find(service, resolveTimeout).thenApply(found -> resolved(service, found)));
  }

  private CompletionStage<Set<HostPort>> find(String service, FiniteDuration within) {
    return connection
        .endpoints(service)
        .toCompletableFuture()
        .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
        .handle((found, failure) -> {
          if (found != null && !found.isEmpty()) {
            lastKnownGood.put(service, found);
            return found;
          }
          Set<HostPort> kept = lastKnownGood.get(service);
          if (kept != null) {
            log.atDebug().addKeyValue("service", service).log("last known good set kept");
            return kept;
          }
          if (found != null) {
            return found;
          }
          throw new IllegalStateException("etcd: " + EtcdConnection.reason(failure), failure);
        });
  }

  private static Resolved resolved(String service, Set<HostPort> endpoints) {
    List<ResolvedTarget> targets =
        endpoints.stream()
            .map(e ->
                new ResolvedTarget(
                    e.host(), scala.Option.apply((Object) e.port()), scala.Option.empty()))
            .toList();
    return new Resolved(service, CollectionConverters.asScala(targets).toList());
  }
}
