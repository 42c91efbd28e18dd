package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import flashsale.local.ServerProcess;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.InventoryClient;
import flashsale.v1.InventoryHandlerFactory;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.grpc.GrpcClientSettings;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream of claims over real gRPC. */
class ClaimStreamTest {
  private final ActorSystem<Void> system =
      ActorSystem.create(
          Behaviors.empty(),
          "claim-stream",
          ConfigFactory.parseString("pekko.actor.provider = local, pekko.stdout-loglevel = OFF")
              .withFallback(ConfigFactory.load()));
  private final FakeInventory inventory = new FakeInventory();

  @AfterEach
  void end() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private ServerBinding serve() {
    return Http.get(system)
        .newServerAt("127.0.0.1", 0)
        .bind(InventoryHandlerFactory.create(inventory, system))
        .toCompletableFuture()
        .join();
  }

  private ClaimStream stream(int port, Duration timeout) {
    return new ClaimStream(
        system,
        InventoryClient.create(
            GrpcClientSettings.connectToServiceAt("127.0.0.1", port, system).withTls(false),
            system),
        timeout);
  }

  private static ClaimRequest by(String user) {
    return ClaimRequest.newBuilder().setActivityId("known").setUserId(user).build();
  }

  private static <T> T soon(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static Throwable failure(CompletionStage<?> stage) {
    try {
      return new AssertionError("answered: " + soon(stage));
    } catch (CompletionException e) {
      return Objects.requireNonNull(e.getCause());
    }
  }

  @Test
  void everyClaimGetsItsOwnAnswer() {
    inventory.claim =
        claim ->
            FakeInventory.now(
                ClaimReply.newBuilder()
                    .setPending(ClaimReply.Pending.newBuilder().setOrderId(claim.getUserId()))
                    .build());
    ClaimStream stream = stream(serve().localAddress().getPort(), Duration.ofSeconds(20));

    List<CompletionStage<ClaimReply>> replies =
        IntStream.range(0, 2_000).mapToObj(i -> stream.claim(by("user-" + i))).toList();
    for (int i = 0; i < replies.size(); i++) {
      assertThat(soon(replies.get(i)).getPending().getOrderId()).isEqualTo("user-" + i);
    }
    assertThat(stream.hasEnded()).isFalse();
  }

  @Test
  void aClaimThatIsNotAnsweredEndsInItsTimeAndTheStreamGoesOn() {
    inventory.claim = FakeInventory.silent();
    ClaimStream stream = stream(serve().localAddress().getPort(), Duration.ofMillis(200));

    assertThat(failure(stream.claim(by("ann")))).isInstanceOf(TimeoutException.class);
    assertThat(stream.hasEnded()).isFalse();
  }

  /** Then nothing was sent, which the gateway tells its shopper. */
  @Test
  void nobodyListens() {
    ClaimStream stream = stream(ServerProcess.freePort(), Duration.ofSeconds(20));

    Throwable failure = failure(stream.claim(by("ann")));
    assertThat(GrpcFaults.nothingWasSent(failure)).isTrue();
    await().until(stream::hasEnded);
    assertThat(GrpcFaults.nothingWasSent(failure(stream.claim(by("ben"))))).isTrue();
  }

  /** What it had been sent may have been done. */
  @Test
  void aServerThatGoesAwayFailsWhatItHasNotAnswered() {
    CompletableFuture<Void> asked = new CompletableFuture<>();
    inventory.claim =
        claim -> {
          asked.complete(null);
          return new CompletableFuture<>();
        };
    ServerBinding server = serve();
    ClaimStream stream = stream(server.localAddress().getPort(), Duration.ofSeconds(20));
    CompletionStage<ClaimReply> reply = stream.claim(by("ann"));
    soon(asked);
    soon(server.terminate(Duration.ofMillis(1)));

    Throwable failure = failure(reply);
    assertThat(failure).isNotInstanceOf(TimeoutException.class);
    assertThat(GrpcFaults.nothingWasSent(failure)).isFalse();
    assertThat(GrpcFaults.code(failure)).isNotEqualTo(Status.Code.INVALID_ARGUMENT);
    await().until(stream::hasEnded);
  }

  @Test
  void aClosedStreamAnswersWhatWasSent() {
    CompletableFuture<ClaimReply> later = new CompletableFuture<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    inventory.claim =
        claim -> {
          asked.complete(null);
          return later;
        };
    ClaimStream stream = stream(serve().localAddress().getPort(), Duration.ofSeconds(20));
    CompletionStage<ClaimReply> reply = stream.claim(by("ann"));
    soon(asked);
    stream.close();
    later.complete(ClaimReply.getDefaultInstance());

    assertThat(soon(reply)).isEqualTo(ClaimReply.getDefaultInstance());
    await().until(stream::hasEnded);
    assertThatThrownBy(() -> soon(stream.claim(by("ben")))).isInstanceOf(CompletionException.class);
  }
}
