package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import flashsale.config.Settings;
import flashsale.local.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterStartIT {
  private static final Duration UP_WITHIN = Duration.ofSeconds(30);

  private final List<ActorSystem<?>> systems = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void endSystems() {
    systems.forEach(LocalEtcd::end);
    http.close();
  }

  @Test
  void joinsItselfWhereThereIsNoEtcd() throws Exception {
    int management = ServerProcess.freePort();
    ActorSystem<?> system = node(LocalEtcd.config(ports(management, 1)));

    assertThat(get(management, "/alive")).isEqualTo(-1);
    start(system);

    awaitUp(system, 1);
    assertThat(get(management, "/ready")).isEqualTo(200);
    assertThat(get(management, "/cluster/members")).isEqualTo(200);
  }

  @Test
  void twoNodesFindEachOtherThroughEtcdAndTakeThemselvesOutAtTheEnd() throws Exception {
    try (LocalEtcd etcd = LocalEtcd.startOrSkip()) {
      int firstManagement = ServerProcess.freePort();
      int secondManagement = ServerProcess.freePort();
      String together =
          "\npekko.management.cluster.bootstrap.contact-point-discovery"
              + ".required-contact-point-nr = 2";
      ActorSystem<?> first = node(etcd.config("/two/", ports(firstManagement, 18081) + together));
      ActorSystem<?> second = node(etcd.config("/two/", ports(secondManagement, 18082) + together));

      start(first);
      etcd.awaitKeys("/two/", "/two/bootstrap/127.0.0.1:" + firstManagement);
      assertThat(get(firstManagement, "/ready")).as("one of two is no cluster").isEqualTo(500);
      start(second);

      awaitUp(first, 2);
      awaitUp(second, 2);
      assertThat(get(firstManagement, "/ready")).isEqualTo(200);
      assertThat(get(secondManagement, "/ready")).isEqualTo(200);
      etcd.awaitKeys(
          "/two/",
          "/two/bootstrap/127.0.0.1:" + firstManagement,
          "/two/bootstrap/127.0.0.1:" + secondManagement,
          "/two/grpc/127.0.0.1:18081",
          "/two/grpc/127.0.0.1:18082");

      systems.remove(second);
      LocalEtcd.end(second);

      assertThat(etcd.keys("/two/"))
          .containsExactly(
              "/two/bootstrap/127.0.0.1:" + firstManagement, "/two/grpc/127.0.0.1:18081");
    }
  }

  private ActorSystem<?> node(Config config) {
    ActorSystem<?> system = ActorSystem.create(Behaviors.empty(), "flashsale", config);
    systems.add(system);
    return system;
  }

  private static void start(ActorSystem<?> system) throws Exception {
    ClusterStart.start(system, Settings.from(system.settings().config()))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static String ports(int management, int grpc) {
    return """
    pekko.management.http.port = %d
    flashsale.grpc.port = %d
    flashsale.roles = [inventory]
    # Main says when the rest has started; here only joining counts.
    pekko.management.health-checks.readiness-checks.started = ""
    """
        .formatted(management, grpc);
  }

  private static void awaitUp(ActorSystem<?> system, int members) {
    Cluster cluster = Cluster.get(system);
    await()
        .atMost(UP_WITHIN)
        .untilAsserted(() ->
            assertThat(
                    StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                        .filter(member -> member.status().equals(MemberStatus.up())))
                .hasSize(members));
  }

  /** The status code; -1 when nobody listens. */
  private int get(int port, String path) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(Duration.ofSeconds(5))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (java.io.IOException e) {
      return -1;
    }
  }
}
