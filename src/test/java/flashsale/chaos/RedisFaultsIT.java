package flashsale.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flashsale.chaos.ProxyMode.HalfOpen;
import flashsale.local.RedisLine;
import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each fault does to a real Redis what its name says, and is over when it is healed. */
@Timeout(30)
final class RedisFaultsIT {
  private static final String HOST = "127.0.0.1";

  @TempDir private Path directory;
  private RedisProcess redis;
  private ChaosProxy proxy;
  private OnePart target;

  @BeforeEach
  void start() throws IOException {
    redis =
        RedisProcess.start(
            directory.resolve("redis"), ServerProcess.freePort(), directory.resolve("redis.log"));
    proxy = ChaosProxy.open(redis.port());
    target = OnePart.redis(directory, redis, proxy);
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    redis.close();
  }

  @Test
  void halfOpenLetsAPingHang() throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      assertThat(ask(client, "PING\r\n")).isEqualTo("+PONG\r\n");
      proxy.set(new HalfOpen());
      client.setSoTimeout(200);
      assertThatThrownBy(() -> ask(client, "PING\r\n")).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void cutAfterExecutionLosesTheReplyAndNotTheCommand() throws Exception {
    Fault cut = fault("redis: cut after execution");
    cut.strike(target);
    int calls = 0;
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      assertThat(ask(client, "PING\r\n")).isEqualTo("+PONG\r\n");
      for (; calls < 2; calls++) {
        assertThat(ask(client, increment())).isEqualTo(":" + (calls + 1) + "\r\n");
      }
      assertThatThrownBy(() -> ask(client, increment())).isInstanceOf(SocketException.class);
    }
    assertThat(line("GET n")).isEqualTo("$1");
    assertThat(RedisHarm.to(target).number("EVAL \"return tonumber(redis.call('GET','n'))\" 0"))
        .isEqualTo(3);
    cut.heal(target);
  }

  private static String increment() {
    String script = "return redis.call('INCR','n')";
    return "*3\r\n$4\r\nEVAL\r\n$" + script.length() + "\r\n" + script + "\r\n$1\r\n0\r\n";
  }

  @Test
  void scriptFlushLeavesNoScript() throws Exception {
    RedisLine.send(HOST, redis.port(), "SCRIPT LOAD \"return 1\"");
    String run = "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0";
    assertThat(line(run)).isEqualTo(":1");
    Fault flush = fault("redis: SCRIPT FLUSH");
    flush.strike(target);
    assertThat(line(run)).startsWith("-NOSCRIPT");
    flush.heal(target);
  }

  @Test
  void clientKillBreaksAConnection() throws Exception {
    Fault kill = fault("redis: CLIENT KILL");
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      assertThat(ask(client, "PING\r\n")).isEqualTo("+PONG\r\n");
      kill.strike(target);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    kill.heal(target);
    assertThat(line("PING")).isEqualTo("+PONG");
  }

  @Test
  void withoutMemoryAScriptIsRefusedBeforeItWrites() throws Exception {
    line("SET whole " + "x".repeat(50_000));
    Fault full = fault("redis: maxmemory, noeviction");
    full.strike(target);
    String grow = "EVAL \"return redis.call('APPEND','n',string.rep('x',100000)) \" 0";
    await().until(() -> line(grow).contains("OOM"));
    full.heal(target);
    assertThat(line(grow)).startsWith(":");
    assertThat(line("EXISTS whole")).isEqualTo(":1");
  }

  @Test
  void anEvictingPolicyTakesKeysAway() throws Exception {
    for (int i = 0; i < 20; i++) {
      line("SET key" + i + " " + "x".repeat(1000));
    }
    Fault evicting = fault("redis: maxmemory, allkeys-random");
    evicting.strike(target);
    await()
        .until(() -> {
          line("SET another 1");
          return RedisHarm.to(target).number("DBSIZE") < 15;
        });
    evicting.heal(target);
  }

  @Test
  void demotedItTakesNoWrites() throws Exception {
    String write = "EVAL \"return redis.call('INCR','n')\" 0";
    Fault demoted = fault("redis: demoted, read-only");
    demoted.strike(target);
    await().until(() -> line(write).contains("READONLY"));
    demoted.heal(target);
    assertThat(line(write)).isEqualTo(":1");
  }

  @Test
  void thePromotedReplicaLacksWhatWasWrittenLast() throws Exception {
    line("SET n old");
    Fault promoted = fault("redis: stale replica promoted");
    promoted.strike(target);
    assertThat(get()).isEqualTo("old");
    line("SET n new");
    line("SET much " + "x".repeat(30_000));
    await()
        .untilAsserted(() -> {
          assertThat(get()).isEqualTo("old");
          assertThat(RedisLine.send(HOST, proxy.port(), "SET n else")).isEqualTo("+OK");
        });
    promoted.heal(target);
    assertThat(get()).isEqualTo("new");
  }

  @Test
  void aFaultThatTouchedNothingIsNoProof() throws Exception {
    Fault cut = fault("redis: cut after execution");
    cut.strike(target);
    assertThatThrownBy(() -> cut.heal(target)).isInstanceOf(NotStruck.class);
  }

  private String get() throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      return ask(client, "GET n\r\n").split("\r\n", -1)[1];
    }
  }

  private static Fault fault(String name) {
    return FaultList.all().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private String line(String command) throws IOException {
    return RedisLine.send(HOST, redis.port(), command);
  }

  /** One short reply. */
  private static String ask(Socket client, String request) throws IOException {
    client.getOutputStream().write(request.getBytes(US_ASCII));
    byte[] reply = new byte[100];
    int read = client.getInputStream().read(reply);
    return new String(reply, 0, Math.max(0, read), US_ASCII);
  }
}
