package flashsale.gateway;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import flashsale.local.Token;
import flashsale.model.UserId;
import flashsale.v1.Inventory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.ServerBinding;

/** A gateway on a free port of 127.0.0.1, and a client of it. */
final class RunningGateway implements AutoCloseable {
  static final String SHOPPER = Token.of(new UserId("alice"), List.of());
  static final String OPS = Token.of(new UserId("oscar"), List.of("ops"));
  private static final Duration WITHIN = Duration.ofSeconds(20);
  private static final String TIMEOUTS =
      "flashsale.grpc { claim-timeout = 1 s, call-timeout = 1 s }\n";

  private final ActorSystem<Void> system;
  private final InetSocketAddress address;
  private final HttpClient client = HttpClient.newHttpClient();

  private RunningGateway(ActorSystem<Void> system, InetSocketAddress address) {
    this.system = system;
    this.address = address;
  }

  static RunningGateway start(Inventory inventory) {
    return start("", system -> inventory);
  }

  /** {@code settings} goes before application.conf. */
  static RunningGateway start(String settings, Function<ActorSystem<?>, Inventory> inventory) {
    Config config =
        ConfigFactory.parseString(
                TIMEOUTS
                    + "\npekko.actor.provider = local\n"
                    + "pekko.stdout-loglevel = OFF\n"
                    + "flashsale { environment = local, http.port = 0 }\n"
                    + settings)
            .withFallback(ConfigFactory.load());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "gateway-test", config);
    ServerBinding binding =
        HttpGateway.bind(system, Settings.from(config), inventory.apply(system))
            .toCompletableFuture()
            .orTimeout(WITHIN.toSeconds(), TimeUnit.SECONDS)
            .join();
    return new RunningGateway(system, binding.localAddress());
  }

  /** A request with nothing but its method, path and perhaps token. */
  Reply send(String method, String path, String token) {
    return send(method, path, token, "", BodyPublishers.noBody());
  }

  Reply sendJson(String method, String path, String token, String body) {
    return send(method, path, token, "application/json", BodyPublishers.ofString(body));
  }

  /** An empty {@code token} or {@code contentType} sends no such header. */
  Reply send(String method, String path, String token, String contentType, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
            .timeout(WITHIN)
            .method(method, body);
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    return send(request.build());
  }

  private Reply send(HttpRequest request) {
    try {
      return new Reply(client.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new AssertionError("no answer to " + request, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  Reply buy(String activity) {
    return send("POST", "/v1/activities/" + activity + "/purchases", SHOPPER);
  }

  /** Sends bytes as they are, and returns all that comes back until the server closes. */
  String raw(String request) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout((int) WITHIN.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Sends bytes and that there are no more; returns all that comes back until the server closes.
   */
  String rawThenEnd(byte[] bytes) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout((int) WITHIN.toMillis());
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      // Closed by the server while it was still being written to.
      return "";
    }
  }

  @Override
  public void close() {
    client.close();
    system.terminate();
    system
        .getWhenTerminated()
        .toCompletableFuture()
        .orTimeout(WITHIN.toSeconds(), TimeUnit.SECONDS)
        .join();
  }
}
