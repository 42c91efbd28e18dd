package flashsale.chaos;

import flashsale.local.EtcdProcess;
import flashsale.local.RedisLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can happen to a process: it is killed, it stands still, it forgets. */
final class ProcessFaults {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration AWAY = Duration.ofSeconds(5);
  private static final Duration AWAY_FOR_MINUTES = Duration.ofMinutes(2);
  private static final int AWAY_FOR_MINUTES_TIMES = 1;

  private ProcessFaults() {}

  static List<Fault> all() {
    List<Fault> faults = new ArrayList<>();
    faults.add(new Killed("node-1", "node: kill -9", AT_ONCE));
    faults.add(new Killed("redis", "redis: kill -9", AWAY));
    faults.add(new Killed("kafka", "kafka: kill -9", AWAY));
    faults.add(new Killed("kafka", "kafka: away for 2 min", AWAY_FOR_MINUTES));
    faults.add(new Killed("postgres", "postgres: kill -9", AWAY));
    faults.add(new Killed("etcd", "etcd: kill -9", AWAY));
    for (String part : List.of("node-1", "redis", "kafka")) {
      for (int seconds : List.of(1, 10, 30)) {
        faults.add(new Stopped(part, Duration.ofSeconds(seconds)));
      }
    }
    faults.add(new Stopped("postgres", Duration.ofSeconds(10)));
    for (String part : List.of("node-1", "kafka", "postgres")) {
      faults.add(new Restarted(part));
    }
    faults.add(new Flushed());
    return List.copyOf(faults);
  }

  private static Optional<String> missing(String part) {
    return part.equals("etcd") && !EtcdProcess.isInstalled()
        ? Optional.of("etcd (package etcd-server)")
        : Optional.empty();
  }

  /** {@code kill -9}; back on the same data when healed. */
  private record Killed(String part, String name, Duration lasts) implements Fault {
    @Override
    public Optional<String> missing() {
      return ProcessFaults.missing(part);
    }

    @Override
    public int timesMax() {
      return lasts.compareTo(AWAY) > 0 ? AWAY_FOR_MINUTES_TIMES : Integer.MAX_VALUE;
    }

    @Override
    public void strike(Target target) throws Exception {
      target.signal(part, "KILL");
    }

    @Override
    public void heal(Target target) throws Exception {
      target.restart(part);
    }
  }

  /** SIGSTOP, then SIGCONT: it never learns that time has passed. */
  private record Stopped(String part, Duration lasts) implements Fault {
    @Override
    public String name() {
      return part.replace("-1", "") + ": SIGSTOP " + lasts.toSeconds() + " s";
    }

    @Override
    public Optional<String> missing() {
      return ProcessFaults.missing(part);
    }

    @Override
    public void strike(Target target) throws Exception {
      target.signal(part, "STOP");
    }

    @Override
    public void heal(Target target) throws Exception {
      target.signal(part, "CONT");
    }
  }

  /** Asked to end while it works, and started again at once: every roll-out does that. */
  private record Restarted(String part) implements Fault {
    @Override
    public String name() {
      return part.replace("-1", "") + ": planned restart";
    }

    @Override
    public Optional<String> missing() {
      return ProcessFaults.missing(part);
    }

    @Override
    public void strike(Target target) throws Exception {
      target.restart(part);
    }

    @Override
    public Duration lasts() {
      return AT_ONCE;
    }

    @Override
    public void heal(Target target) {
      // it runs again already
    }
  }

  /** {@code FLUSHALL}: Redis lives and has forgotten everything. */
  private record Flushed() implements Fault {
    @Override
    public String name() {
      return "redis: FLUSHALL";
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public void strike(Target target) throws Exception {
      var redis = target.state().redis();
      String reply = RedisLine.send(redis.host(), redis.port(), "FLUSHALL");
      if (!reply.equals("+OK")) {
        throw new IllegalStateException("FLUSHALL: " + reply + " (expected: +OK)");
      }
    }

    @Override
    public Duration lasts() {
      return AT_ONCE;
    }

    @Override
    public void heal(Target target) {
      // nothing was taken away from it
    }
  }
}
