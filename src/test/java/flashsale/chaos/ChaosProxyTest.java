package flashsale.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flashsale.chaos.ProxyMode.BlackHole;
import flashsale.chaos.ProxyMode.CutAfterExecution;
import flashsale.chaos.ProxyMode.Delay;
import flashsale.chaos.ProxyMode.Direction;
import flashsale.chaos.ProxyMode.HalfOpen;
import flashsale.chaos.ProxyMode.Pass;
import flashsale.chaos.ProxyMode.Refuse;
import flashsale.chaos.ProxyMode.Stall;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ChaosProxyTest {
  private static final int SILENCE_MILLIS = 150;

  /** No test waits longer; it fails instead. */
  private static final int ANSWER_MILLIS = 20_000;

  private EchoServer server;
  private ChaosProxy proxy;

  @BeforeEach
  void open() throws IOException {
    server = new EchoServer("");
    proxy = ChaosProxy.open(server.port());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    server.close();
  }

  @Test
  void passesBothDirectionsAndTheEnd() throws IOException {
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("one")).isEqualTo("one");
      assertThat(line.ask("two")).isEqualTo("two");
      line.socket().shutdownOutput();
      assertThat(line.reply()).isNull();
    }
  }

  @Test
  void passesAReplyLargerThanEveryBufferWhole() throws IOException {
    String large = "x".repeat(5_000_000);
    try (Line line = Line.to(proxy)) {
      Thread.ofVirtual().start(() -> line.sendOrFail(large));
      assertThat(line.reply()).isEqualTo(large);
    }
  }

  @Test
  void delaysEachDirectionByItsOwnTimeAndKeepsTheOrder() throws IOException {
    try (Line line = Line.to(proxy)) {
      proxy.set(new Delay(Duration.ofMillis(100), Duration.ofMillis(60)));
      long begin = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        line.send("n" + i);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(line.reply()).isEqualTo("n" + i);
      }
      // One delay for all of them and not one each: later, not slower.
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(160), Duration.ofMillis(1600));
    }
  }

  @Test
  void cutsAfterTheServerExecutedTheRequest() throws Exception {
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("before")).isEqualTo("before");
      proxy.set(new CutAfterExecution(bytes -> true, 1));
      line.send("bought");
      assertThatThrownBy(line::reply).isInstanceOf(SocketException.class);
    }
    assertThat(server.heard()).containsExactly("before", "bought");
    assertThat(proxy.harmed()).isEqualTo(1);
    await().untilAsserted(() -> assertThat(server.open()).isZero());
  }

  @Test
  void cutsOnlyRequestsThatCountAndOfThoseOnlyEachNth() throws Exception {
    proxy.set(new CutAfterExecution(bytes -> bytes.get(0) == 'b', 2));
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("hello")).isEqualTo("hello");
      assertThat(line.ask("hello")).isEqualTo("hello");
      assertThat(line.ask("buy 1")).isEqualTo("buy 1");
      assertThat(line.ask("hello")).isEqualTo("hello");
      line.send("buy 2");
      assertThatThrownBy(line::reply).isInstanceOf(SocketException.class);
    }
    assertThat(server.heard()).endsWith("buy 2");
  }

  @Test
  void halfOpenTakesBytesAndSaysNothingOnOldAndNewConnections() throws Exception {
    try (Line old = Line.to(proxy)) {
      assertThat(old.ask("before")).isEqualTo("before");
      proxy.set(new HalfOpen());
      try (Line young = Line.to(proxy)) {
        old.send("lost");
        young.send("lost");
        assertSilent(old);
        assertSilent(young);
      }
      old.socket().close();
      assertThat(server.heard()).containsExactly("before");
      // The server does not hear that its client has gone.
      assertThat(server.open()).isEqualTo(1);
      proxy.set(new Pass());
      await().untilAsserted(() -> assertThat(server.open()).isZero());
    }
  }

  @Test
  void halfOpenEndsInAResetForWhoLostBytesAndInNothingForWhoDidNot() throws Exception {
    try (Line talks = Line.to(proxy);
        Line waits = Line.to(proxy)) {
      assertThat(talks.ask("a")).isEqualTo("a");
      assertThat(waits.ask("b")).isEqualTo("b");
      proxy.set(new HalfOpen());
      talks.send("lost");
      assertSilent(talks);
      proxy.set(new Pass());
      assertThatThrownBy(talks::reply).isInstanceOf(SocketException.class);
      assertThat(waits.ask("c")).isEqualTo("c");
    }
  }

  @Test
  void blackHoleLosesOneDirectionOnly() throws Exception {
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("before")).isEqualTo("before");
      proxy.set(new BlackHole(Direction.DOWN));
      line.send("executed");
      await().untilAsserted(() -> assertThat(server.heard()).contains("executed"));
      assertSilent(line);
    }
    proxy.set(new Pass());
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("between")).isEqualTo("between");
      proxy.set(new BlackHole(Direction.UP));
      line.send("lost");
      assertSilent(line);
    }
    assertThat(server.heard()).doesNotContain("lost");
  }

  @Test
  void whatStalledArrivesLateAlsoFromAConnectionThatWasClosedMeanwhile() throws Exception {
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("before")).isEqualTo("before");
      proxy.set(new Stall());
      line.send("late");
      assertSilent(line);
    }
    assertThat(server.heard()).containsExactly("before");
    proxy.set(new Pass());
    await().untilAsserted(() -> assertThat(server.heard()).containsExactly("before", "late"));
  }

  @Test
  void refusesAndResetsAndThenListensOnTheSamePortAgain() throws Exception {
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("before")).isEqualTo("before");
      proxy.set(new Refuse());
      assertThatThrownBy(line::reply).isInstanceOf(SocketException.class);
      // The kernel may take one more before it knows; that one is reset.
      await()
          .untilAsserted(() ->
              assertThatThrownBy(() -> Line.to(proxy).close())
                  .isInstanceOf(ConnectException.class));
    }
    proxy.set(new Pass());
    try (Line line = Line.to(proxy)) {
      assertThat(line.ask("after")).isEqualTo("after");
    }
  }

  @Test
  void aServerThatIsGoneIsAResetAndOneThatComesBackIsReached() throws Exception {
    server.close();
    try (Line line = Line.to(proxy)) {
      assertThatThrownBy(line::reply).isInstanceOf(SocketException.class);
    }
    try (EchoServer other = new EchoServer("other ")) {
      proxy.leadTo(other.port());
      try (Line line = Line.to(proxy)) {
        assertThat(line.ask("hello")).isEqualTo("other hello");
      }
    }
  }

  @Test
  void leadingElsewhereResetsWhoIsConnected() throws Exception {
    try (Line line = Line.to(proxy);
        EchoServer other = new EchoServer("other ")) {
      assertThat(line.ask("hello")).isEqualTo("hello");
      proxy.leadTo(other.port());
      assertThatThrownBy(line::reply).isInstanceOf(SocketException.class);
    }
  }

  private static void assertSilent(Line line) throws IOException {
    line.socket().setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(line::reply).isInstanceOf(SocketTimeoutException.class);
    line.socket().setSoTimeout(ANSWER_MILLIS);
  }

  /** A client that says and hears lines. */
  private record Line(Socket socket, BufferedReader in) implements AutoCloseable {
    static Line to(ChaosProxy proxy) throws IOException {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
      socket.setSoTimeout(ANSWER_MILLIS);
      return new Line(
          socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)));
    }

    void send(String line) throws IOException {
      socket.getOutputStream().write((line + "\n").getBytes(US_ASCII));
    }

    void sendOrFail(String line) {
      try {
        send(line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Nullable String reply() throws IOException {
      return in.readLine();
    }

    @Nullable String ask(String line) throws IOException {
      send(line);
      return reply();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Says every line back, and remembers it. */
  private static final class EchoServer implements AutoCloseable {
    private final ServerSocket listening;
    private final Thread accepting;
    private final String before;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    EchoServer(String before) throws IOException {
      this.before = before;
      this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      this.accepting =
          Thread.ofVirtual()
              .start(() -> {
                while (!listening.isClosed()) {
                  try {
                    Socket socket = listening.accept();
                    open.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                  } catch (IOException closed) {
                    // The loop's condition says whether it goes on.
                  }
                }
              });
    }

    private void serve(Socket socket) {
      try (socket;
          BufferedReader in =
              new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          heard.add(line);
          socket.getOutputStream().write((before + line + "\n").getBytes(US_ASCII));
        }
      } catch (IOException reset) {
        // Counted like any other end.
      } finally {
        open.remove(socket);
      }
    }

    int port() {
      return listening.getLocalPort();
    }

    List<String> heard() {
      return List.copyOf(heard);
    }

    int open() {
      return open.size();
    }

    /** The kernel takes connections until the thread that accepts them has let go. */
    @Override
    public void close() throws IOException {
      listening.close();
      try {
        accepting.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
