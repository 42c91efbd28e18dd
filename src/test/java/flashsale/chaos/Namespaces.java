package flashsale.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace for each inventory node, with this process's own as the router between them
 * and to the servers; the line between any two can be cut.
 *
 * <p>Addresses: a server is 10.77.0.k, an inventory node 10.77.n.2. Gateways, projection and
 * shoppers are in this process's namespace. Cutting is a rule of the router that drops silently, as
 * a broken switch would.
 *
 * <p>This process needs a namespace of its own, so that nothing of the machine's network is
 * touched: {@link Chaos} starts itself again in one, and the system property {@value #OWN} says so.
 * A namespace lives as long as a process in it, so nothing needs to be cleaned up.
 */
final class Namespaces extends ChaosNetwork {
  /** System property: this process has a network namespace of its own. */
  static final String OWN = "flashsale.chaos.own-network";

  private static final List<String> SERVERS = List.of("redis", "kafka", "postgres", "etcd");
  private static final String NODE = "node-";

  /** Preference of the rules that cut; before the table of local addresses. */
  private static final int CUT = 10;

  private static final Duration WITHIN = Duration.ofSeconds(5);

  /** Processes that do nothing but keep a node's namespace; by node. */
  private final Map<String, Process> keepers = new HashMap<>();

  private Namespaces() {}

  /** What this process lacks; empty: nothing. */
  static Optional<String> missing() {
    return Boolean.getBoolean(OWN)
        ? Optional.empty()
        : Optional.of("network namespaces (root; packages iproute2 and util-linux)");
  }

  /**
   * Words before a command that give it a namespace of its own; none: this machine does not let it
   * have one, or not let it do there what is to be done.
   */
  static List<String> ownNetwork() {
    List<String> words =
        List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");
    String tried =
        setUp()
            + "ip link add veth1 type veth peer name veth2\n"
            + cutting("10.77.1.2", "10.77.2.2");
    try {
      run("nsenter -V; unshare --net sh -ec \"" + tried.replace("$", "\\$") + "\"");
      return words;
    } catch (IOException notHere) {
      return List.of();
    }
  }

  static Namespaces open() throws IOException {
    run(setUp());
    return new Namespaces();
  }

  private static String setUp() {
    StringBuilder script = new StringBuilder("echo 1 > /proc/sys/net/ipv4/ip_forward\n");
    script.append("ip link set lo up\n");
    for (String server : SERVERS) {
      script.append("ip addr replace %s/32 dev lo\n".formatted(addressOf(server)));
    }
    // The rules that cut must come first, also for what is sent to this process's own addresses.
    script.append("if ip rule | grep -q '^0:'; then\n");
    script.append("ip rule add pref 100 table local; ip rule del pref 0\n");
    script.append("fi\n");
    return script.toString();
  }

  private static String addressOf(String part) {
    return part.startsWith(NODE)
        ? "10.77." + numberOf(part) + ".2"
        : "10.77.0." + (SERVERS.indexOf(part) + 1);
  }

  private static int numberOf(String node) {
    return Integer.parseInt(node.substring(NODE.length()));
  }

  @Override
  public Address seen(String server, int port) {
    return proxied(server, new Address(addressOf(server), port), port);
  }

  @Override
  public String hostOf(String node) {
    return node.startsWith(NODE) ? addressOf(node) : LOOPBACK;
  }

  @Override
  public synchronized List<String> launcher(String node) {
    if (!node.startsWith(NODE)) {
      return List.of();
    }
    Process keeper = keepers.computeIfAbsent(node, Namespaces::added);
    return List.of("nsenter", "--net=" + namespaceOf(keeper), "--");
  }

  /** A namespace with one line, to the router. */
  private static Process added(String node) {
    try {
      // Ends when its input does, that is, with this process at the latest.
      Process keeper =
          new ProcessBuilder("unshare", "--net", "cat")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      awaitNamespaceOf(keeper);
      int n = numberOf(node);
      run(
          """
          ip link add veth%1$d type veth peer name eth0 netns %2$d
          ip addr add 10.77.%1$d.1/30 dev veth%1$d
          ip link set veth%1$d up
          nsenter --net=%3$s -- sh -ec '
            ip link set lo up
            ip addr add 10.77.%1$d.2/30 dev eth0
            ip link set eth0 up
            ip route add default via 10.77.%1$d.1'
          """
              .formatted(n, keeper.pid(), namespaceOf(keeper)));
      return keeper;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path namespaceOf(Process keeper) {
    return Path.of("/proc/" + keeper.pid() + "/ns/net");
  }

  /** It is started in ours, and then makes one of its own. */
  private static void awaitNamespaceOf(Process keeper) throws IOException {
    Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    long deadlineNs = System.nanoTime() + WITHIN.toNanos();
    while (Files.readSymbolicLink(namespaceOf(keeper)).equals(ours)) {
      if (System.nanoTime() > deadlineNs || !keeper.isAlive()) {
        throw new IOException("unshare --net: no namespace after " + WITHIN.toSeconds() + " s");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  void cut(String one, String other) throws IOException {
    run(cutting(addressOf(one), addressOf(other)));
  }

  private static String cutting(String one, String other) {
    return """
    ip rule add pref %1$d from %2$s to %3$s blackhole
    ip rule add pref %1$d from %3$s to %2$s blackhole
    """
        .formatted(CUT, one, other);
  }

  @Override
  void mend() throws IOException {
    run("while ip rule del pref " + CUT + " 2>/dev/null; do :; done");
  }

  @Override
  public void close() {
    try {
      super.close();
    } finally {
      keepers.values().forEach(keeper -> keeper.destroyForcibly().onExit().join());
    }
  }

  private static void run(String script) throws IOException {
    Process shell =
        new ProcessBuilder("sh", "-ec", script)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    try {
      if (!shell.waitFor(WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        shell.destroyForcibly();
        throw new IOException("network: not done after " + WITHIN.toSeconds() + " s: " + script);
      }
      if (shell.exitValue() != 0) {
        String said = new String(shell.getInputStream().readAllBytes(), UTF_8);
        throw new IOException("network: " + said.strip() + ": " + script);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
