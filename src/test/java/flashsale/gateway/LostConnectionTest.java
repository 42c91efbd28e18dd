package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.local.ServerProcess;
import flashsale.v1.ClaimReply;
import flashsale.v1.Inventory;
import flashsale.v1.InventoryClient;
import flashsale.v1.InventoryHandlerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.discovery.Lookup;
import org.apache.pekko.discovery.ServiceDiscovery;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.junit.jupiter.api.Test;
import scala.concurrent.Future;
import scala.concurrent.duration.FiniteDuration;

/** With the real gRPC client: what the gateway says when the inventory is not there. */
class LostConnectionTest {
  /** The first connection takes its time on a busy machine, and this is no test of patience. */
  private static final String HTTP2 =
      "pekko.http.server.enable-http2 = on, flashsale.grpc.claim-timeout = 30 s";

  private static InventoryClient client(ActorSystem<?> system, int port) {
    return InventoryClient.create(
        GrpcClientSettings.connectToServiceAt("127.0.0.1", port, system)
            .withTls(false)
            .withDeadline(Duration.ofSeconds(1)),
        system);
  }

  @Test
  void buysOverRealGrpc() {
    FakeInventory inventory = new FakeInventory();
    inventory.claim =
        FakeInventory.always(
            ClaimReply.newBuilder().setConfirmed(FakeInventory.order("alice")).build());
    Function<ActorSystem<?>, Inventory> served =
        system -> client(system, serve(inventory, system).localAddress().getPort());

    try (RunningGateway gateway = RunningGateway.start(HTTP2, served)) {
      assertThat(gateway.buy("known").status()).isEqualTo(201);
    }
  }

  private static ServerBinding serve(Inventory inventory, ActorSystem<?> system) {
    CompletionStage<ServerBinding> binding =
        Http.get(system)
            .newServerAt("127.0.0.1", 0)
            .bind(InventoryHandlerFactory.create(inventory, system));
    try {
      return binding.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new AssertionError("no gRPC server", e);
    }
  }

  @Test
  void promisesThatNothingWasBoughtWhenNobodyListens() {
    int port = ServerProcess.freePort();

    try (RunningGateway gateway = RunningGateway.start("", system -> client(system, port))) {
      Reply reply = gateway.buy("known").isProblem(503, "unavailable");
      assertThat(reply.header("Retry-After")).isEqualTo("1");

      gateway.send("GET", "/v1/activities/known", "").isProblem(503, "unavailable");
    }
  }

  @Test
  void promisesThatNothingWasBoughtWhenThereIsNobodyToConnectTo() {
    ServiceDiscovery nobody =
        new ServiceDiscovery() {
          @Override
          public Future<Resolved> lookup(Lookup lookup, FiniteDuration within) {
            return Future.successful(
                ServiceDiscovery.Resolved$.MODULE$.apply(
                    lookup.serviceName(), scala.collection.immutable.List$.MODULE$.empty()));
          }
        };

    try (RunningGateway gateway =
        RunningGateway.start(
            "",
            system ->
                InventoryClient.create(
                    GrpcClientSettings.usingServiceDiscovery("inventory", nobody, system)
                        .withTls(false),
                    system))) {
      gateway.buy("known").isProblem(503, "unavailable");
    }
  }

  @Test
  void saysPendingWhenSomebodyListensAndNeverAnswers() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RunningGateway gateway =
            RunningGateway.start("", system -> client(system, silent.getLocalPort()))) {
      assertThat(gateway.buy("known").status()).isEqualTo(202);
      gateway.send("GET", "/v1/activities/known", "").isProblem(503, "unavailable");
    }
  }
}
