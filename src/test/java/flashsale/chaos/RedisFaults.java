package flashsale.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can happen to Redis while it runs on: each again and again for a while. */
final class RedisFaults {
  private static final Duration LASTS = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Above what is in use: a few batches fit, the next does not. */
  private static final int ROOM_BYTES = 4096;

  /** One piece of harm; returns how much it did. */
  private interface Harm {
    long doTo(RedisHarm redis) throws IOException;
  }

  /** Ends it. */
  private interface Mend {
    void doTo(RedisHarm redis) throws IOException;
  }

  private RedisFaults() {}

  static List<Fault> all() {
    return List.of(
        new Repeated(
            "redis: CLIENT KILL", redis -> redis.number("CLIENT KILL TYPE normal"), redis -> {}),
        new Repeated(
            "redis: SCRIPT FLUSH",
            redis -> {
              redis.ok("SCRIPT FLUSH");
              return 1;
            },
            redis -> {}),
        new Repeated("redis: maxmemory, noeviction", RedisFaults::fill, RedisFaults::mend),
        new Repeated("redis: maxmemory, allkeys-random", RedisFaults::evict, RedisFaults::mend),
        new StaleReplica());
  }

  /**
   * Leaves room for a little more. Returns how many commands failed, which in a script that lacks
   * memory is not called OOM.
   */
  static long fill(RedisHarm redis) throws IOException {
    redis.ok("CONFIG SET maxmemory-policy noeviction");
    redis.ok("CONFIG SET maxmemory " + (redis.info("memory", "used_memory:") + ROOM_BYTES));
    return redis.info("errorstats", "errorstat_OOM:count=")
        + redis.info("errorstats", "errorstat_ERR:count=");
  }

  /** Takes a little away: the next command finds one key or another evicted. Returns how many. */
  static long evict(RedisHarm redis) throws IOException {
    redis.ok("CONFIG SET maxmemory-policy allkeys-random");
    redis.ok("CONFIG SET maxmemory " + (redis.info("memory", "used_memory:") - ROOM_BYTES / 4));
    return redis.info("stats", "evicted_keys:");
  }

  static void mend(RedisHarm redis) throws IOException {
    redis.ok("CONFIG SET maxmemory 0");
    redis.ok("CONFIG SET maxmemory-policy noeviction");
  }

  private static final class Repeated implements Fault {
    private final String name;
    private final Harm harm;
    private final Mend mend;
    private volatile boolean healed;
    private volatile long done;
    private volatile @Nullable Exception failure;
    private @Nullable Thread thread;

    Repeated(String name, Harm harm, Mend mend) {
      this.name = name;
      this.harm = harm;
      this.mend = mend;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public void strike(Target target) throws Exception {
      RedisHarm redis = RedisHarm.to(target);
      healed = false;
      failure = null;
      redis.ok("CONFIG RESETSTAT");
      done = harm.doTo(redis);
      thread = Thread.ofVirtual().name("harm").start(() -> goOn(redis));
    }

    private void goOn(RedisHarm redis) {
      try {
        while (!healed) {
          Thread.sleep(PAUSE);
          done = Math.max(done, harm.doTo(redis));
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        failure = e;
      }
    }

    @Override
    public Duration lasts() {
      return LASTS;
    }

    @Override
    public void heal(Target target) throws Exception {
      healed = true;
      if (thread != null) {
        thread.join();
      }
      mend.doTo(RedisHarm.to(target));
      if (failure != null) {
        throw new IllegalStateException(name + " could not go on", failure);
      }
      if (done == 0) {
        throw new IllegalStateException(name + ": it did no harm, so nothing was tried");
      }
    }
  }
}
