package flashsale.discovery;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/**
 * Where gateways find inventory nodes: the set of gRPC endpoints as etcd has it, or the configured
 * one where there is no etcd.
 *
 * <p>The set is empty until the first answer of etcd that names somebody, and never becomes empty
 * again: with etcd away or wiped the last known good set stays. It ends with the actor system. Safe
 * for use by any thread.
 */
public final class Endpoints {
  static final String GRPC = "grpc";

  private final List<Consumer<Set<HostPort>>> listeners = new CopyOnWriteArrayList<>();
  private Set<HostPort> current;

  private Endpoints(Set<HostPort> first) {
    current = first;
  }

  /** Begins to watch; does not wait for etcd. */
  public static Endpoints of(ActorSystem<?> system, Settings settings) {
    if (settings.etcd().endpoints().isEmpty()) {
      return new Endpoints(Set.of(settings.grpc().staticEndpoint()));
    }
    Endpoints endpoints = new Endpoints(Set.of());
    system.systemActorOf(
        EndpointsWatch.create(EtcdConnection.of(system), GRPC, endpoints::change),
        "etcd-endpoints-" + GRPC,
        Props.empty());
    return endpoints;
  }

  public synchronized Set<HostPort> current() {
    return current;
  }

  /**
   * Tells {@code listener} the set as it is, before this returns, and every later one, one after
   * the other in their order. It must not block, and must not throw.
   */
  public synchronized void onChange(Consumer<Set<HostPort>> listener) {
    listeners.add(listener);
    listener.accept(current);
  }

  private synchronized void change(Set<HostPort> next) {
    current = next;
    listeners.forEach(listener -> listener.accept(next));
  }
}
