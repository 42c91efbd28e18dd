package flashsale.chaos;

import flashsale.local.RedisProcess;
import flashsale.local.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A replica that is behind is promoted, and in the end the former primary, which has not heard of
 * anything since, is promoted again: the node meets two books that are out of date.
 *
 * <p>Both are real Redis servers and a real replication; which one is the primary is what the proxy
 * says, as a virtual address would.
 */
final class StaleReplica implements Fault {
  private static final Duration SYNCED_WITHIN = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Of the primary's replication stream, which the replica misses. */
  private static final long BEHIND_BYTES = 20_000;

  private @Nullable RedisProcess replica;
  private @Nullable Thread promotion;
  private volatile boolean promoted;
  private volatile boolean healing;

  @Override
  public String name() {
    return "redis: stale replica promoted";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  /** From its end the replica hears nothing more; it is promoted when it has missed sales. */
  @Override
  public void strike(Target target) throws Exception {
    promoted = false;
    healing = false;
    RedisHarm primary = RedisHarm.to(target);
    int port = ServerProcess.freePort();
    Path data = Files.createTempDirectory(target.data("redis").getParent(), "redis-replica");
    RedisProcess started = RedisProcess.start(data, port, data.resolve("redis.log"));
    replica = started;
    RedisHarm stale = new RedisHarm(primary.host(), port);
    stale.ok("REPLICAOF " + primary.host() + " " + primary.port());
    awaitSynced(stale);
    stale.ok("REPLICAOF NO ONE");
    long from = offset(primary);
    promotion =
        Thread.ofVirtual().name("promotion").start(() -> promote(target, primary, from, port));
  }

  private static void awaitSynced(RedisHarm replica) throws Exception {
    long deadline = System.nanoTime() + SYNCED_WITHIN.toNanos();
    while (replica.number(
            "EVAL \"return string.find(redis.call('INFO', 'replication'),"
                + " 'master_link_status:up', 1, true) and 1 or 0\" 0")
        == 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the replica was not in sync in time");
      }
      Thread.sleep(POLL);
    }
  }

  private static long offset(RedisHarm redis) throws IOException {
    return redis.info("replication", "master_repl_offset:");
  }

  private void promote(Target target, RedisHarm primary, long from, int port) {
    try {
      while (offset(primary) < from + BEHIND_BYTES) {
        if (healing) {
          return;
        }
        Thread.sleep(POLL);
      }
      target.proxy("redis").leadTo(port);
      promoted = true;
    } catch (IOException | InterruptedException e) {
      // Not promoted: whoever heals says so.
    }
  }

  @Override
  public Duration lasts() {
    return Duration.ofSeconds(6);
  }

  @Override
  public void heal(Target target) throws Exception {
    healing = true;
    if (promotion != null) {
      promotion.join();
    }
    target.proxy("redis").leadTo(target.state().redis().port());
    if (replica != null) {
      replica.close();
    }
    if (!promoted) {
      throw new NotStruck("nothing was sold that the replica had missed");
    }
  }
}
