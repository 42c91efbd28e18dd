package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.CompactOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndpointsIT {
  private static final HostPort ONE = new HostPort("127.0.0.1", 1);
  private static final HostPort TWO = new HostPort("127.0.0.1", 2);

  private LocalEtcd etcd;
  private ActorSystem<?> system;
  private Settings settings;
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
    settings = Settings.from(system.settings().config());
  }

  @AfterEach
  void endSystem() {
    LocalEtcd.end(system);
  }

  @Test
  void tellsEveryoneWhoComesAndGoes() throws Exception {
    Endpoints endpoints = Endpoints.of(system, settings);
    List<Set<HostPort>> told = new CopyOnWriteArrayList<>();
    endpoints.onChange(told::add);

    put(ONE);
    awaitCurrent(endpoints, ONE);
    put(TWO);
    awaitCurrent(endpoints, ONE, TWO);
    delete(ONE);
    awaitCurrent(endpoints, TWO);

    assertThat(told).containsExactly(Set.of(), Set.of(ONE), Set.of(ONE, TWO), Set.of(TWO));
  }

  @Test
  void hearsOfAChangeFromTheWatchBeforeItListsAgain() throws Exception {
    put(ONE);
    Endpoints endpoints = Endpoints.of(system, settings);
    awaitCurrent(endpoints, ONE);

    // Thrice: one might coincide with the list that comes by itself.
    for (int port = 2; port <= 4; port++) {
      HostPort next = new HostPort("127.0.0.1", port);
      put(next);
      await()
          .atMost(EndpointsWatch.LIST_INTERVAL.dividedBy(3))
          .untilAsserted(() -> assertThat(endpoints.current()).contains(next));
    }
  }

  @Test
  void keepsTheLastKnownGoodSetWhileEtcdIsDownAndFollowsItAfterwards() throws Exception {
    put(ONE);
    Endpoints endpoints = Endpoints.of(system, settings);
    awaitCurrent(endpoints, ONE);

    etcd.kill();
    await()
        .during(EndpointsWatch.LIST_INTERVAL.plusSeconds(1))
        .atMost(EndpointsWatch.LIST_INTERVAL.plusSeconds(3))
        .untilAsserted(() -> assertThat(endpoints.current()).containsExactly(ONE));

    etcd.restart();
    put(TWO);
    awaitCurrent(endpoints, ONE, TWO);
  }

  @Test
  void followsAnEtcdWhoseRevisionsBeganAnew() throws Exception {
    for (int i = 0; i < 50; i++) {
      put(ONE);
    }
    Endpoints endpoints = Endpoints.of(system, settings);
    awaitCurrent(endpoints, ONE);

    etcd.kill();
    etcd.wipe();
    etcd.restart();
    put(TWO);

    awaitCurrent(endpoints, TWO);
  }

  @Test
  void followsAnEtcdThatCompactedItsHistory() throws Exception {
    put(ONE);
    Endpoints endpoints = Endpoints.of(system, settings);
    awaitCurrent(endpoints, ONE);

    try (Client client = etcd.client()) {
      long revision =
          client
              .getKVClient()
              .get(LocalEtcd.bytes(prefix))
              .get(5, TimeUnit.SECONDS)
              .getHeader()
              .getRevision();
      client.getKVClient().compact(revision, CompactOption.DEFAULT).get(5, TimeUnit.SECONDS);
    }
    put(TWO);

    awaitCurrent(endpoints, ONE, TWO);
  }

  private static void awaitCurrent(Endpoints endpoints, HostPort... expected) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(endpoints.current()).containsExactlyInAnyOrder(expected));
  }

  private void put(HostPort endpoint) throws Exception {
    try (Client client = etcd.client()) {
      client.getKVClient().put(key(endpoint), LocalEtcd.bytes("")).get(5, TimeUnit.SECONDS);
    }
  }

  private void delete(HostPort endpoint) throws Exception {
    try (Client client = etcd.client()) {
      client.getKVClient().delete(key(endpoint)).get(5, TimeUnit.SECONDS);
    }
  }

  private io.etcd.jetcd.ByteSequence key(HostPort endpoint) {
    return LocalEtcd.bytes(prefix + "grpc/" + endpoint.host() + ":" + endpoint.port());
  }
}
