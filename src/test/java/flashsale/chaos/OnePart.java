package flashsale.chaos;

import flashsale.local.LocalStackState;
import flashsale.local.PostgresProcess;
import flashsale.local.RedisProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A single server as a {@link Target}, to strike a fault at it alone. */
record OnePart(String part, Path directory, LocalStackState state, ChaosProxy proxy)
    implements Target {
  static OnePart redis(Path directory, RedisProcess redis, ChaosProxy proxy) {
    return new OnePart(
        "redis", directory, state(redis.port(), 0, "", redis.process().pid()), proxy);
  }

  static OnePart postgres(Path directory, PostgresProcess postgres, ChaosProxy proxy) {
    return new OnePart(
        "postgres",
        directory,
        state(0, postgres.port(), postgres.password(), postgres.process().pid()),
        proxy);
  }

  private static LocalStackState state(int redis, int postgres, String password, long pid) {
    return new LocalStackState(
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new LocalStackState.Postgres("127.0.0.1", postgres, "flashsale", "flashsale", password),
        new LocalStackState.Redis("127.0.0.1", redis),
        new LocalStackState.Kafka(""),
        new LocalStackState.Etcd(List.of()),
        Map.of("redis", pid, "postgres", pid),
        "");
  }

  @Override
  public void signal(String named, String signal) {
    throw new UnsupportedOperationException(named);
  }

  @Override
  public void restart(String named) {
    throw new UnsupportedOperationException(named + " was to be started again");
  }

  @Override
  public void restartAll(List<String> parts) {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public void stop(String named) {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public void cut(String one, String other) {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public void mend() {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public void awaitEnd(String named) {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public void awaitHosting(String node) {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public String sellingNode() {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public String coordinatorsNode() {
    throw new UnsupportedOperationException("no node here");
  }

  @Override
  public ChaosProxy proxy(String named) {
    return proxy;
  }

  @Override
  public Path data(String named) {
    return directory.resolve(named);
  }
}
