package flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoadTest {
  private static final byte[] REQUEST =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII);

  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private volatile long takesMs;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          int number = asked.incrementAndGet();
          try {
            Thread.sleep(takesMs);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          byte[] body = "{\"some\":\"answer\"}".getBytes(US_ASCII);
          exchange.sendResponseHeaders(number % 4 == 0 ? 409 : 201, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private static Load.Requests only(int count) {
    AtomicInteger left = new AtomicInteger(count);
    return () -> left.getAndDecrement() > 0 ? REQUEST : null;
  }

  @Test
  void countsAnswersByStatus() {
    Load.Outcome outcome = Load.closed(port(), 3, only(40), new Load.Times(0, 60));
    assertThat(outcome.sent()).isEqualTo(40);
    assertThat(outcome.of(201)).isEqualTo(30);
    assertThat(outcome.of(409)).isEqualTo(10);
    assertThat(outcome.latencyUs().getTotalCount()).isEqualTo(40);
  }

  @Test
  void whatIsSentBeforeTheMeasuredTimeIsNotCounted() {
    Load.Outcome outcome = Load.closed(port(), 2, () -> REQUEST, new Load.Times(0.3, 0.3));
    assertThat(outcome.all()).isPositive().isLessThan(outcome.sent());
  }

  /** One connection, and every answer takes longer than the next request needs to come. */
  @Test
  void atARateWaitingForAConnectionCounts() {
    takesMs = 50;
    Load.Outcome outcome =
        Load.atRate(port(), 1, 40, () -> REQUEST, new Load.Times(0, 0.5), Instant.EPOCH);
    assertThat(outcome.sent()).isBetween(19L, 21L);
    assertThat(outcome.latencyUs().getMaxValue()).isGreaterThan(400_000);
  }

  @Test
  void aServerThatGoesAwayIsAFault() {
    takesMs = 10_000;
    Thread.ofVirtual()
        .start(() -> {
          while (asked.get() == 0) {
            Thread.onSpinWait();
          }
          server.stop(0);
        });
    assertThatThrownBy(() -> Load.closed(port(), 1, () -> REQUEST, new Load.Times(0, 60)))
        .hasMessageContaining("every connection broke");
  }
}
