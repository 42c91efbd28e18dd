package flashsale.chaos;

import flashsale.local.EtcdProcess;
import flashsale.local.Trees;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Bad days of a cluster of three inventory nodes, two gateways and a projection. */
final class ClusterFaults {
  private static final int NODES = 3;

  /** Longer than a fail-over may take. */
  private static final Duration FAIL_OVER = Duration.ofSeconds(25);

  private static final Duration MOMENT = Duration.ofSeconds(5);

  /** About what a node takes to be ready again on a small machine. */
  private static final Duration RESTART = Duration.ofSeconds(30);

  /** More than twice {@code split-brain-resolver.stable-after}: it has been declared dead. */
  private static final Duration DECLARED_DEAD = Duration.ofSeconds(16);

  /** Nobody is declared dead so soon. */
  private static final Duration HICCUP = Duration.ofSeconds(3);

  private static final Duration AWAY = Duration.ofSeconds(10);

  /** Longer than {@code etcd.lease-ttl}: the node is found by nobody any more. */
  private static final Duration LEASE_LOST = Duration.ofSeconds(20);

  private static final List<String> NODE_NAMES = List.of("node-1", "node-2", "node-3");

  /** For a run of a few minutes. */
  static final Set<String> QUICK =
      Set.of(
          "cluster: selling node kill -9",
          "cluster: selling node SIGSTOP 2 s",
          "cluster: selling node cut off, 2-1",
          "cluster: rolling restart");

  private ClusterFaults() {}

  static List<Fault> all() {
    return List.of(
        new OneKilled("cluster: selling node kill -9", Who.SELLING),
        new OneKilled("cluster: coordinator's node kill -9", Who.COORDINATOR),
        new OneKilled("cluster: gateway kill -9", Who.GATEWAY),
        new OneKilled("cluster: projection kill -9", Who.PROJECTION),
        new MostKilled(),
        new SellingStopped(Duration.ofSeconds(2)),
        new SellingStopped(DECLARED_DEAD),
        new SellingCutOff("2-1", FAIL_OVER),
        new SellingCutOff("2-1 for 3 s", HICCUP),
        new AllCutOff(),
        new CutOffFrom("redis", AWAY),
        new CutOffFrom("etcd", LEASE_LOST),
        new EtcdAway(false),
        new EtcdAway(true),
        new NodeAdded(),
        new RollingRestart());
  }

  private enum Who {
    SELLING,
    COORDINATOR,
    GATEWAY,
    PROJECTION;

    String name(Target target) throws Exception {
      return switch (this) {
        case SELLING -> target.sellingNode();
        case COORDINATOR -> target.coordinatorsNode();
        case GATEWAY -> "gateway-1";
        case PROJECTION -> "projection-1";
      };
    }
  }

  /** What all of them have in common. */
  private abstract static class OfThree implements Fault {
    @Override
    public Optional<String> missing() {
      return EtcdProcess.isInstalled()
          ? Optional.empty()
          : Optional.of("etcd (package etcd-server)");
    }

    @Override
    public int nodes() {
      return NODES;
    }

    @Override
    public boolean sellsOn() {
      return true;
    }

    @Override
    public Duration inAll() {
      return lasts().plus(RESTART);
    }
  }

  /** {@code kill -9} of one process; it comes back when the others have long taken over. */
  private static final class OneKilled extends OfThree {
    private final String name;
    private final Who who;
    private String killed = "";

    OneKilled(String name, Who who) {
      this.name = name;
      this.who = who;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void strike(Target target) throws Exception {
      killed = who.name(target);
      target.signal(killed, "KILL");
    }

    @Override
    public Duration lasts() {
      return who == Who.SELLING || who == Who.COORDINATOR ? FAIL_OVER : MOMENT;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.restart(killed);
    }
  }

  /**
   * Two nodes of three at once: the last one is no majority and ends itself, by design; an operator
   * starts all of them again.
   */
  private static final class MostKilled extends OfThree {
    private String last = "";

    @Override
    public String name() {
      return "cluster: two nodes of three kill -9";
    }

    @Override
    public boolean sellsOn() {
      return false;
    }

    @Override
    public void strike(Target target) throws Exception {
      List<String> left = new ArrayList<>(NODE_NAMES);
      String selling = target.sellingNode();
      left.remove(selling);
      target.signal(selling, "KILL");
      target.signal(left.removeFirst(), "KILL");
      last = left.getFirst();
    }

    @Override
    public Duration lasts() {
      return FAIL_OVER;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.awaitEnd(last);
      target.restartAll(NODE_NAMES);
    }
  }

  /** SIGSTOP, SIGCONT: a zombie when the others have declared it dead meanwhile. */
  private static final class SellingStopped extends OfThree {
    private final Duration lasts;
    private String stopped = "";

    SellingStopped(Duration lasts) {
      this.lasts = lasts;
    }

    @Override
    public String name() {
      return "cluster: selling node SIGSTOP " + lasts.toSeconds() + " s";
    }

    private boolean isForLong() {
      return lasts.compareTo(DECLARED_DEAD) >= 0;
    }

    @Override
    public Duration inAll() {
      return isForLong() ? super.inAll() : lasts;
    }

    @Override
    public void strike(Target target) throws Exception {
      stopped = target.sellingNode();
      target.signal(stopped, "STOP");
    }

    @Override
    public Duration lasts() {
      return lasts;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.signal(stopped, "CONT");
      if (isForLong()) {
        target.awaitEnd(stopped);
        target.restart(stopped);
      }
    }
  }

  /** Those that need lines that can be cut. */
  private abstract static class Partition extends OfThree {
    @Override
    public Optional<String> missing() {
      return super.missing().or(Namespaces::missing);
    }
  }

  /**
   * The selling node and the two others do not hear each other; servers and gateways hear all. When
   * it lasts, the majority takes over and the one ends itself.
   */
  private static final class SellingCutOff extends Partition {
    private final String name;
    private final Duration lasts;
    private String alone = "";

    SellingCutOff(String name, Duration lasts) {
      this.name = name;
      this.lasts = lasts;
    }

    @Override
    public String name() {
      return "cluster: selling node cut off, " + name;
    }

    private boolean isForLong() {
      return lasts.compareTo(HICCUP) > 0;
    }

    @Override
    public Duration inAll() {
      return isForLong() ? super.inAll() : lasts;
    }

    @Override
    public void strike(Target target) throws Exception {
      alone = target.sellingNode();
      for (String other : NODE_NAMES) {
        if (!other.equals(alone)) {
          target.cut(alone, other);
        }
      }
    }

    @Override
    public Duration lasts() {
      return lasts;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.mend();
      if (isForLong()) {
        target.awaitEnd(alone);
        target.restart(alone);
      }
    }
  }

  /** No node hears another: none is a majority, all end themselves by design. */
  private static final class AllCutOff extends Partition {
    @Override
    public String name() {
      return "cluster: all nodes cut off, 1-1-1";
    }

    @Override
    public boolean sellsOn() {
      return false;
    }

    @Override
    public void strike(Target target) throws Exception {
      target.cut("node-1", "node-2");
      target.cut("node-2", "node-3");
      target.cut("node-3", "node-1");
    }

    @Override
    public Duration lasts() {
      return FAIL_OVER;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.mend();
      for (String node : NODE_NAMES) {
        target.awaitEnd(node);
      }
      target.restartAll(NODE_NAMES);
    }
  }

  /** The selling node does not reach a server that all others reach. */
  private static final class CutOffFrom extends Partition {
    private final String server;
    private final Duration lasts;

    CutOffFrom(String server, Duration lasts) {
      this.server = server;
      this.lasts = lasts;
    }

    @Override
    public String name() {
      return "cluster: selling node cut off from " + server;
    }

    @Override
    public boolean sellsOn() {
      return server.equals("etcd");
    }

    @Override
    public Duration inAll() {
      return lasts;
    }

    @Override
    public void strike(Target target) throws Exception {
      target.cut(target.sellingNode(), server);
    }

    @Override
    public Duration lasts() {
      return lasts;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.mend();
    }
  }

  /** Running nodes need no etcd; they register again when it is back, empty or not. */
  private static final class EtcdAway extends OfThree {
    private final boolean wiped;

    EtcdAway(boolean wiped) {
      this.wiped = wiped;
    }

    @Override
    public String name() {
      return wiped ? "cluster: etcd killed and wiped" : "cluster: etcd kill -9";
    }

    @Override
    public void strike(Target target) throws Exception {
      target.signal("etcd", "KILL");
    }

    @Override
    public Duration lasts() {
      return LEASE_LOST;
    }

    @Override
    public void heal(Target target) throws Exception {
      if (wiped) {
        Trees.delete(target.data("etcd").resolve("store"));
      }
      target.restart("etcd");
    }
  }

  /** A fourth node in the middle of a sale; it goes again. */
  private static final class NodeAdded extends OfThree {
    private static final String ADDED = "node-" + (NODES + 1);

    @Override
    public String name() {
      return "cluster: a node more, and gone again";
    }

    @Override
    public void strike(Target target) throws Exception {
      target.restart(ADDED);
      target.awaitHosting(ADDED);
    }

    @Override
    public Duration lasts() {
      return MOMENT;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.stop(ADDED);
    }
  }

  /** One node after the other, in order, as {@code scripts/rolling-restart} does it. */
  private static final class RollingRestart extends OfThree {
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    @Override
    public Duration inAll() {
      return RESTART.multipliedBy(NODES);
    }

    @Override
    public String name() {
      return "cluster: rolling restart";
    }

    @Override
    public void strike(Target target) throws Exception {
      for (String node : NODE_NAMES) {
        target.stop(node);
        target.restart(node);
        Thread.sleep(WARM_UP);
      }
    }

    @Override
    public Duration lasts() {
      return Duration.ZERO;
    }

    @Override
    public void heal(Target target) {
      // all are back already
    }
  }
}
