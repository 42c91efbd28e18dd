package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flashsale.config.Settings.HostPort;
import io.etcd.jetcd.Client;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdRegistrationIT {
  private LocalEtcd etcd;
  private ActorSystem<?> system;
  private String prefix;
  private String bootstrapKey;
  private String grpcKey;

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
    bootstrapKey = prefix + "bootstrap/127.0.0.1:8558";
    grpcKey = prefix + "grpc/127.0.0.1:8081";
    system = etcd.system(prefix);
  }

  @AfterEach
  void endSystem() {
    LocalEtcd.end(system);
  }

  @Test
  void registersTheEndpointOfEachServiceUnderALease() {
    register();

    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);
    assertThat(etcd.entries(prefix)).allSatisfy(entry -> assertThat(entry.getLease()).isPositive());
  }

  @Test
  void staysRegisteredForLongerThanOneLease() {
    register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);

    await()
        .during(LocalEtcd.LEASE_TTL.multipliedBy(2))
        .atMost(LocalEtcd.LEASE_TTL.multipliedBy(3))
        .untilAsserted(() -> assertThat(etcd.keys(prefix)).hasSize(2));
  }

  @Test
  void registersAgainAfterItsLeaseWasRevoked() throws Exception {
    register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);
    long lease = etcd.entries(prefix).getFirst().getLease();

    try (Client client = etcd.client()) {
      client.getLeaseClient().revoke(lease).get(5, TimeUnit.SECONDS);
    }

    assertThat(etcd.keys(prefix)).isEmpty();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);
  }

  @Test
  void putsAKeyAgainThatSomebodyDeleted() throws Exception {
    register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);

    try (Client client = etcd.client()) {
      client.getKVClient().delete(LocalEtcd.bytes(grpcKey)).get(5, TimeUnit.SECONDS);
    }

    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);
  }

  @Test
  void isStillRegisteredAfterEtcdRestartedOnItsData() {
    register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);

    etcd.kill();
    etcd.restart();

    await()
        .during(LocalEtcd.LEASE_TTL.multipliedBy(2))
        .atMost(LocalEtcd.REGISTERED_AGAIN_WITHIN.plus(LocalEtcd.LEASE_TTL.multipliedBy(2)))
        .untilAsserted(() -> assertThat(etcd.keys(prefix)).hasSize(2));
  }

  @Test
  void registersAgainAfterEtcdLostItsData() {
    register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);

    etcd.kill();
    etcd.wipe();
    etcd.restart();

    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);
  }

  @Test
  void registersWhenEtcdComesAfterAnOutageLongerThanTheLease() {
    etcd.kill();
    register();
    await()
        .during(LocalEtcd.LEASE_TTL.multipliedBy(2))
        .atMost(LocalEtcd.LEASE_TTL.multipliedBy(3))
        .until(() -> !etcd.isRunning());

    etcd.restart();

    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);
  }

  @Test
  void registersAgainAfterEtcdHungForLongerThanTheLease() {
    register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);

    etcd.pause();
    await()
        .during(LocalEtcd.LEASE_TTL.multipliedBy(2))
        .atMost(LocalEtcd.LEASE_TTL.multipliedBy(3))
        .until(etcd::isRunning);
    etcd.resume();

    await()
        .during(LocalEtcd.LEASE_TTL.multipliedBy(2))
        .atMost(LocalEtcd.REGISTERED_AGAIN_WITHIN.plus(LocalEtcd.LEASE_TTL.multipliedBy(2)))
        .untilAsserted(() -> assertThat(etcd.keys(prefix)).hasSize(2));
  }

  @Test
  void isGoneAsSoonAsItWithdrew() {
    ActorRef<EtcdRegistration.Command> registration = register();
    etcd.awaitKeys(prefix, bootstrapKey, grpcKey);

    withdraw(registration);

    assertThat(etcd.keys(prefix)).isEmpty();
  }

  @Test
  void withdrawsAlsoWhileEtcdIsDown() {
    etcd.kill();
    ActorRef<EtcdRegistration.Command> registration = register();

    withdraw(registration);
    etcd.restart();

    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(4))
        .untilAsserted(() -> assertThat(etcd.keys(prefix)).isEmpty());
  }

  private ActorRef<EtcdRegistration.Command> register() {
    return system.systemActorOf(
        EtcdRegistration.create(
            EtcdConnection.of(system),
            Map.of(
                "bootstrap", new HostPort("127.0.0.1", 8558),
                "grpc", new HostPort("127.0.0.1", 8081))),
        "registration",
        Props.empty());
  }

  private void withdraw(ActorRef<EtcdRegistration.Command> registration) {
    Done done =
        AskPattern.<EtcdRegistration.Command, Done>ask(
                registration,
                EtcdRegistration.Withdraw::new,
                Duration.ofSeconds(10),
                system.scheduler())
            .toCompletableFuture()
            .join();
    assertThat(done).isNotNull();
  }
}
