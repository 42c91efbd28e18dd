package flashsale.chaos;

import flashsale.local.EtcdProcess;
import java.time.Duration;
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

  /** Twice {@code split-brain-resolver.stable-after}: the others have declared it dead. */
  private static final Duration DECLARED_DEAD = Duration.ofSeconds(14);

  /** For a run of a few minutes. */
  static final Set<String> QUICK =
      Set.of(
          "cluster: selling node kill -9",
          "cluster: selling node SIGSTOP 2 s",
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
  }

  /** {@code kill -9} of one process; it comes back when the others have long taken over. */
  private static final class OneKilled extends OfThree {
    private final String name;
    private final Who who;
    private String killed = "";

    @Override
    public Duration inAll() {
      return lasts().plus(RESTART);
    }

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
      String selling = target.sellingNode();
      target.signal(selling, "KILL");
      target.signal(selling.equals("node-1") ? "node-2" : "node-1", "KILL");
    }

    @Override
    public Duration lasts() {
      return FAIL_OVER;
    }

    @Override
    public void heal(Target target) throws Exception {
      target.restartAll(List.of("node-1", "node-2", "node-3"));
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
      if (lasts.compareTo(DECLARED_DEAD) >= 0) {
        target.awaitEnd(stopped);
        target.restart(stopped);
      }
    }
  }

  /** One node after the other, in order: every roll-out does that. */
  private static final class RollingRestart extends OfThree {
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
      for (int i = 1; i <= NODES; i++) {
        target.restart("node-" + i);
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
