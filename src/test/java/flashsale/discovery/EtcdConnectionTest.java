package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

class EtcdConnectionTest {

  /**
   * gRPC alone would connect after 0, 1, 2.6, 5.2, 9.4 s and so on up to every 2 min: 5 times here.
   */
  @Test
  void keepsConnectingEverySecondOrTwoDuringAnOutage() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    try (ServerSocket noEtcd = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> refuse(noEtcd, connections));
      ActorSystem<?> system =
          ActorSystem.create(
              Behaviors.empty(),
              "flashsale",
              LocalEtcd.config(
                  "pekko.actor.provider = local\nflashsale.etcd.endpoints = \"http://127.0.0.1:%d\""
                      .formatted(noEtcd.getLocalPort())));
      try {
        EtcdConnection connection = EtcdConnection.of(system);
        await()
            .atMost(Duration.ofSeconds(9))
            .untilAsserted(() -> {
              assertThat(lookup(connection)).failsWithin(EtcdConnection.CALL_TIMEOUT);
              assertThat(connections).hasValueGreaterThanOrEqualTo(7);
            });
      } finally {
        LocalEtcd.end(system);
      }
    }
  }

  private static CompletionStage<?> lookup(EtcdConnection connection) {
    return connection.endpoints("grpc");
  }

  private static void refuse(ServerSocket server, AtomicInteger connections) {
    while (!server.isClosed()) {
      try {
        server.accept().close();
        connections.incrementAndGet();
      } catch (IOException closed) {
        return;
      }
    }
  }
}
