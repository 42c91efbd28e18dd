package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

class EndpointsTest {

  @Test
  void isTheConfiguredEndpointWhereThereIsNoEtcd() {
    ActorSystem<?> system =
        ActorSystem.create(
            Behaviors.empty(),
            "flashsale",
            LocalEtcd.config(
                """
                pekko.actor.provider = local
                flashsale.grpc.static-endpoint = "node-1.internal:8081"
                """));
    try {
      Endpoints endpoints = Endpoints.of(system, Settings.from(system.settings().config()));
      List<Set<HostPort>> told = new ArrayList<>();
      endpoints.onChange(told::add);

      HostPort configured = new HostPort("node-1.internal", 8081);
      assertThat(endpoints.current()).containsExactly(configured);
      assertThat(told).containsExactly(Set.of(configured));
    } finally {
      LocalEtcd.end(system);
    }
  }
}
