package flashsale.chaos;

import flashsale.local.LocalStackState;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Disks that are full while a sale runs, and have room again later. */
final class DiskFaults {
  private static final Duration LASTS = Duration.ofSeconds(6);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  private DiskFaults() {}

  static List<Fault> all() {
    return List.of(
        new Full("redis", "redis: disk full", Also.NOTHING),
        new Full("redis", "redis: disk full, then kill -9", Also.KILLED_IN_THE_END),
        new Full("kafka", "kafka: disk full", Also.NOTHING),
        new Full("postgres", "postgres: disk full", Also.NOTHING),
        new Full("postgres", "postgres: disk full, no room for WAL", Also.SEGMENT_ENDS));
  }

  private enum Also {
    NOTHING,
    /**
     * The write-ahead log needs its next file at once and not some megabytes later; without room
     * for it Postgres ends itself.
     */
    SEGMENT_ENDS,
    /** What it could not write, and answered all the same, is gone. */
    KILLED_IN_THE_END
  }

  /** Whatever needs another block fails. */
  private record Full(String part, String name, Also also) implements Fault {
    @Override
    public Optional<String> missing() {
      return SmallDisk.missing();
    }

    @Override
    public Set<String> smallDisks() {
      return Set.of(part);
    }

    @Override
    public void strike(Target target) throws Exception {
      SmallDisk.fill(target.data(part));
      if (also == Also.SEGMENT_ENDS) {
        endSegment(target.state().postgres());
      }
    }

    @Override
    public Duration lasts() {
      return LASTS;
    }

    /** As an operator would: room first, then whatever ended itself is started again. */
    @Override
    public void heal(Target target) throws Exception {
      Path data = target.data(part);
      boolean wasFull = SmallDisk.isFull(data);
      if (also == Also.KILLED_IN_THE_END) {
        target.signal(part, "KILL");
      }
      SmallDisk.free(data);
      boolean lives =
          ProcessHandle.of(Objects.requireNonNull(target.state().processes().get(part)))
              .map(ProcessHandle::isAlive)
              .orElse(false);
      if (!lives) {
        target.restart(part);
      } else if (part.equals("postgres")) {
        awaitAnswer(target.state().postgres());
      }
      if (!wasFull) {
        throw new NotStruck("the disk did not stay full");
      }
    }
  }

  private static void endSegment(LocalStackState.Postgres postgres) {
    try (Connection connection = PostgresFaults.connect(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_switch_wal()");
      statement.execute("create temp table segment_ended (n int)");
    } catch (SQLException itFails) {
      // That is what was wanted.
    }
  }

  private static void awaitAnswer(LocalStackState.Postgres postgres) throws Exception {
    long deadline = System.nanoTime() + ANSWERS_WITHIN.toNanos();
    while (true) {
      try (Connection connection = PostgresFaults.connect(postgres);
          Statement statement = connection.createStatement()) {
        statement.execute("select 1");
        return;
      } catch (SQLException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("postgres does not answer although its disk has room again", e);
        }
      }
      Thread.sleep(POLL);
    }
  }
}
