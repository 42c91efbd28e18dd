package flashsale.chaos;

import java.io.IOException;
import java.util.List;

/** What can happen to Redis while it runs on. */
final class RedisFaults {
  /** Above what is in use: a few batches fit, the next does not. */
  private static final int ROOM_BYTES = 4096;

  /** Of a server that nobody runs. */
  private static final String NO_PRIMARY = "127.0.0.1 1";

  /** One piece of harm; returns how much it did so far. */
  private interface Harm {
    long doTo(RedisHarm redis) throws IOException;
  }

  private interface Mend {
    void doTo(RedisHarm redis) throws IOException;
  }

  private RedisFaults() {}

  static List<Fault> all() {
    return List.of(
        again("redis: CLIENT KILL", redis -> redis.number("CLIENT KILL TYPE normal"), redis -> {}),
        again("redis: SCRIPT FLUSH", RedisFaults::forgetScripts, redis -> {}),
        again("redis: maxmemory, noeviction", RedisFaults::fill, RedisFaults::hasMemory),
        again("redis: maxmemory, allkeys-random", RedisFaults::evict, RedisFaults::hasMemory),
        again("redis: demoted, read-only", RedisFaults::demote, RedisFaults::promote),
        new StaleReplica());
  }

  private static Fault again(String name, Harm harm, Mend mend) {
    return new Repeated(
        name,
        target -> RedisHarm.to(target).ok("CONFIG RESETSTAT"),
        target -> harm.doTo(RedisHarm.to(target)),
        target -> mend.doTo(RedisHarm.to(target)));
  }

  private static long forgetScripts(RedisHarm redis) throws IOException {
    redis.ok("SCRIPT FLUSH");
    return 1;
  }

  /** Leaves room for a little more. Returns how many commands failed so far. */
  private static long fill(RedisHarm redis) throws IOException {
    redis.ok("CONFIG SET maxmemory-policy noeviction");
    redis.ok("CONFIG SET maxmemory " + (redis.info("memory", "used_memory:") + ROOM_BYTES));
    return failedScripts(redis);
  }

  /**
   * Takes a little away: the next command finds one key or another evicted. Less each time, because
   * what is in use while this asks may be more than when the next command comes: connections that
   * are open at the same moment count too. Returns how many were evicted so far.
   */
  private static long evict(RedisHarm redis) throws IOException {
    redis.ok("CONFIG SET maxmemory-policy allkeys-random");
    long used = redis.info("memory", "used_memory:");
    long limit = redis.info("memory", "maxmemory:");
    long from = limit == 0 ? used : Math.min(used, limit);
    redis.ok("CONFIG SET maxmemory " + (from - ROOM_BYTES / 4));
    return redis.info("stats", "evicted_keys:");
  }

  private static void hasMemory(RedisHarm redis) throws IOException {
    redis.ok("CONFIG SET maxmemory 0");
    redis.ok("CONFIG SET maxmemory-policy noeviction");
  }

  /** It answers, has all its data, and takes no writes. Returns how many commands failed so far. */
  private static long demote(RedisHarm redis) throws IOException {
    redis.ok("REPLICAOF " + NO_PRIMARY);
    return failedScripts(redis);
  }

  private static void promote(RedisHarm redis) throws IOException {
    redis.ok("REPLICAOF NO ONE");
  }

  /** A script's own failure has no other name, whatever made it fail. */
  private static long failedScripts(RedisHarm redis) throws IOException {
    return redis.info("errorstats", "errorstat_ERR:count=");
  }
}
