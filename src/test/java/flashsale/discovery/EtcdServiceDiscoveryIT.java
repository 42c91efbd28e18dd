package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.DeleteOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.discovery.Discovery;
import org.apache.pekko.discovery.ServiceDiscovery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdServiceDiscoveryIT {
  private LocalEtcd etcd;
  private ActorSystem<?> system;
  private String prefix;

  @BeforeAll
  void startEtcd() {
    etcd = LocalEtcd.startOrSkip();
  }

  @AfterAll
  void stopEtcd() {
    if (etcd != null) {
      etcd.close();
    }
  }

  @BeforeEach
  void startSystem(TestInfo test) {
    etcd.ensureRunning();
    prefix = "/" + test.getTestMethod().orElseThrow().getName() + "/";
    system = etcd.system(prefix);
  }

  @AfterEach
  void endSystem() {
    LocalEtcd.end(system);
  }

  @Test
  void findsWhatIsRegisteredForTheServiceAndNothingElse() throws Exception {
    put("bootstrap/127.0.0.1:1", "bootstrap/node-2.internal:2", "grpc/127.0.0.1:3");
    put("bootstrap/nonsense", "bootstraps/127.0.0.1:4");

    assertThat(lookup()).containsExactly("127.0.0.1:1", "node-2.internal:2");
  }

  @Test
  void findsNobodyWhereNobodyEverWas() throws Exception {
    assertThat(lookup()).isEmpty();
  }

  @Test
  void keepsWhatItFoundLastWhileEtcdIsDown() throws Exception {
    put("bootstrap/127.0.0.1:1");
    assertThat(lookup()).containsExactly("127.0.0.1:1");

    etcd.kill();

    assertThat(lookup()).containsExactly("127.0.0.1:1");
  }

  @Test
  void keepsWhatItFoundLastWhileEtcdHangs() throws Exception {
    put("bootstrap/127.0.0.1:1");
    assertThat(lookup()).containsExactly("127.0.0.1:1");

    etcd.pause();
    try {
      assertThat(lookup()).containsExactly("127.0.0.1:1");
    } finally {
      etcd.resume();
    }
  }

  @Test
  void keepsWhatItFoundLastWhenEtcdIsEmptyAndGoesOnWithWhatComesNext() throws Exception {
    put("bootstrap/127.0.0.1:1");
    assertThat(lookup()).containsExactly("127.0.0.1:1");

    try (Client client = etcd.client()) {
      client
          .getKVClient()
          .delete(LocalEtcd.bytes(prefix), DeleteOption.builder().isPrefix(true).build())
          .get(5, TimeUnit.SECONDS);
    }
    assertThat(lookup()).containsExactly("127.0.0.1:1");

    put("bootstrap/127.0.0.1:2");
    assertThat(lookup()).containsExactly("127.0.0.1:2");
  }

  @Test
  void failsWhileEtcdIsDownAndNobodyWasFoundBefore() {
    etcd.kill();

    assertThatThrownBy(this::lookup).hasMessageContaining("etcd");
  }

  private List<String> lookup() throws Exception {
    ServiceDiscovery discovery = Discovery.get(system).loadServiceDiscovery("etcd");
    return discovery
        .lookup("bootstrap", Duration.ofSeconds(5))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .getAddresses()
        .stream()
        .map(target -> target.host() + ":" + target.getPort().orElseThrow())
        .toList();
  }

  private void put(String... keys) throws Exception {
    try (Client client = etcd.client()) {
      for (String key : keys) {
        client
            .getKVClient()
            .put(LocalEtcd.bytes(prefix + key), LocalEtcd.bytes("anything"))
            .get(5, TimeUnit.SECONDS);
      }
    }
  }
}
