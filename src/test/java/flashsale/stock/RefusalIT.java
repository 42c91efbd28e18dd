package flashsale.stock;

import static flashsale.stock.Bench.decided;
import static flashsale.stock.ClaimReply.Verdict.NOMINATED;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A claim on a book that is not the one the caller knows: refused by its name, nothing written, and
 * repaired by the next flip.
 *
 * <p>Every test begins in epoch 5 with stock 10, after its first batch: a, b and c are buyers.
 */
class RefusalIT {
  private static Bench bench;

  @BeforeAll
  static void start(@TempDir Path dir) {
    bench = Bench.start(dir);
  }

  @AfterAll
  static void stop() {
    bench.close();
  }

  @BeforeEach
  void sellThree() {
    bench.redis.flushall();
    bench.open(5, 10, "a", "b");
    assertThat(bench.claim(5, 1, 2, 10, "c")).isEqualTo(decided(NOMINATED));
  }

  @Test
  void lostWhenNothingIsThere() {
    bench.redis.flushall();
    assertRefused(nextCall(), new ClaimReply.Lost());
  }

  @Test
  void lostWhenOnlyTheBuyersAreThere() {
    bench.redis.del(Bench.STATE);
    assertRefused(nextCall(), new ClaimReply.Lost());
  }

  @Test
  void lostWhenTheStateHasNoEpoch() {
    bench.redis.hdel(Bench.STATE, "epoch");
    assertRefused(nextCall(), new ClaimReply.Lost());
  }

  @Test
  void fencedByAHigherEpoch() {
    assertRefused(Bench.call(4, 2, 3, 10, "d"), new ClaimReply.Fenced(5));
    assertRefused(Bench.call(4, 1, 2, 10, "c"), new ClaimReply.Fenced(5));
  }

  @Test
  void fencedByALowerEpochOfAStaleReplica() {
    assertRefused(Bench.call(6, 1, 3, 10, "d"), new ClaimReply.Fenced(5));
  }

  @Test
  void fencedBeforeAnythingElseIsLookedAt() {
    bench.redis.hset(Bench.STATE, Map.of("epoch", "7", "seq", "x", "left", "x"));
    assertRefused(nextCall(), new ClaimReply.Fenced(7));
  }

  @Test
  void rewoundWhenTheSeqIsBehind() {
    assertRefused(Bench.call(5, 3, 4, 10, "d"), new ClaimReply.Rewound(1));
  }

  @Test
  void rewoundWhenTheSeqIsAhead() {
    bench.redis.hset(Bench.STATE, "seq", "9");
    assertRefused(nextCall(), new ClaimReply.Rewound(9));
  }

  @Test
  void corruptWhenTheSeqWasUsedWithOtherArguments() {
    ClaimReply otherArguments = new ClaimReply.Corrupt("the seq was used with other arguments");
    assertRefused(Bench.call(5, 1, 2, 10, "d"), otherArguments);
    assertRefused(Bench.call(5, 1, 2, 10, "?c"), otherArguments);
    assertRefused(Bench.call(5, 1, 2, 10, "c", "c"), otherArguments);
    assertRefused(Bench.call(5, 1, 2, 11, "c"), otherArguments);
    assertRefused(Bench.call(5, 1, 3, 10, "c"), otherArguments);
  }

  @Test
  void corruptWhenTheStoredReplyIsNone() {
    assertCorrupt(Bench.call(5, 1, 2, 10, "c"), redis -> redis.hdel(Bench.STATE, "reply"));
    assertCorrupt(Bench.call(5, 1, 2, 10, "c"), redis -> redis.hset(Bench.STATE, "reply", "?"));
    assertCorrupt(Bench.call(5, 1, 2, 10, "c"), redis -> redis.hset(Bench.STATE, "reply", "NN"));
    assertCorrupt(Bench.call(5, 1, 2, 10, "c"), redis -> redis.hdel(Bench.STATE, "digest"));
  }

  @Test
  void corruptWhenABuyerIsMissingOrTooMany() {
    assertCorrupt(nextCall(), redis -> redis.srem(Bench.BUYERS, "a"));
    assertCorrupt(nextCall(), redis -> redis.sadd(Bench.BUYERS, "z"));
    assertCorrupt(nextCall(), redis -> redis.del(Bench.BUYERS));
  }

  @Test
  void corruptWhenTheUnitsLeftAreOthers() {
    assertRefused(Bench.call(5, 2, 3, 11, "d"), new ClaimReply.Corrupt("7 left (expected: 8)"));
    assertCorrupt(nextCall(), redis -> redis.hincrby(Bench.STATE, "left", 1));
    assertCorrupt(nextCall(), redis -> redis.hincrby(Bench.STATE, "left", -1));
    assertCorrupt(nextCall(), redis -> redis.hset(Bench.STATE, "left", "-7"));
  }

  @Test
  void corruptWhenANumberIsNone() {
    for (String nonsense :
        new String[] {"", "x", "1e3", "0x10", " 7", "07", "1234567890123456789"}) {
      assertCorrupt(nextCall(), redis -> redis.hset(Bench.STATE, "epoch", nonsense));
      assertCorrupt(nextCall(), redis -> redis.hset(Bench.STATE, "seq", nonsense));
      assertCorrupt(nextCall(), redis -> redis.hset(Bench.STATE, "left", nonsense));
    }
    assertCorrupt(nextCall(), redis -> redis.hdel(Bench.STATE, "seq"));
    assertCorrupt(nextCall(), redis -> redis.hdel(Bench.STATE, "left"));
  }

  @Test
  void corruptWhenAKeyIsOfAnotherType() {
    assertCorrupt(nextCall(), redis -> redis.set(Bench.STATE, "x"));
    assertCorrupt(nextCall(), redis -> redis.set(Bench.BUYERS, "x"));
  }

  /** The batch that would come now. */
  private static ClaimCall nextCall() {
    return Bench.call(5, 2, 3, 10, "d");
  }

  private static void assertRefused(ClaimCall call, ClaimReply expected) {
    Map<String, String> before = bench.dump();
    assertThat(Bench.await(bench.stock.claim(call))).isEqualTo(expected);
    assertThat(bench.dump()).isEqualTo(before);
  }

  private void assertCorrupt(ClaimCall call, Consumer<RedisCommands<String, String>> damage) {
    sellThree();
    damage.accept(bench.redis);
    Map<String, String> before = bench.dump();
    assertThat(Bench.await(bench.stock.claim(call))).isInstanceOf(ClaimReply.Corrupt.class);
    assertThat(bench.dump()).isEqualTo(before);

    bench.open(6, 10, "a", "b", "c");
    assertThat(bench.claim(6, 1, 3, 10, "d")).isEqualTo(decided(NOMINATED));
  }
}
