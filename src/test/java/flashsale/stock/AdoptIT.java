package flashsale.stock;

import static flashsale.stock.Bench.decided;
import static flashsale.stock.ClaimReply.Verdict.DUPLICATE;
import static flashsale.stock.ClaimReply.Verdict.NOMINATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ScriptOutputType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How a Redis that is right already is handed to the next epoch.
 *
 * <p>Every test begins in epoch 5 with stock 10, after its first batch: a, b and c are buyers.
 */
class AdoptIT {
  private static final AdoptReply ADOPTED = new AdoptReply.Adopted();

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
  void takesABookThatIsRightAndKeepsItsBuyers() {
    String buyers = bench.dump().get(Bench.BUYERS);

    assertThat(adopt(5, 1, 6, 3, 10)).isEqualTo(ADOPTED);

    assertThat(bench.redis.hgetall(Bench.STATE))
        .isEqualTo(Map.of("epoch", "6", "seq", "0", "left", "7"));
    assertThat(bench.dump().get(Bench.BUYERS)).isEqualTo(buyers);
    assertThat(bench.claim(6, 1, 3, 10, "a", "d")).isEqualTo(decided(DUPLICATE, NOMINATED));
  }

  @Test
  void takesABookOfAnEpochThatSoldNothing() {
    bench.redis.flushall();
    bench.open(5, 10);

    assertThat(adopt(5, 0, 9, 0, 10)).isEqualTo(ADOPTED);
    assertThat(bench.claim(9, 1, 0, 10, "a")).isEqualTo(decided(NOMINATED));
  }

  /** The best of some, so that a machine busy with other things does not count. */
  @Test
  void takesAMillionBuyersAtOnce() {
    bench.redis.eval(
        "for i = 1, 999997 do redis.call('SADD', KEYS[1], 'user-' .. i) end",
        ScriptOutputType.STATUS,
        Bench.BUYERS);
    bench.redis.hset(Bench.STATE, "left", "2000000");

    long bestNanos = Long.MAX_VALUE;
    long seq = 1;
    for (long epoch = 6; epoch < 26; epoch++) {
      long startedAt = System.nanoTime();
      AdoptReply reply =
          Bench.await(
              bench.stock.adopt(
                  Bench.SALE, epoch - 1, seq, 3_000_000, epoch, 1_000_000, 3_000_000));
      bestNanos = Math.min(bestNanos, System.nanoTime() - startedAt);
      assertThat(reply).isEqualTo(ADOPTED);
      seq = 0;
    }
    System.out.println("adopted 1000000 buyers in " + bestNanos / 1_000 + " us");
    assertThat(bestNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(50));
  }

  @Test
  void bringsTheNewStock() {
    assertThat(adopt(5, 1, 6, 3, 4)).isEqualTo(ADOPTED);
    assertThat(bench.redis.hget(Bench.STATE, "left")).isEqualTo("1");
    assertThat(Bench.await(bench.stock.adopt(Bench.SALE, 6, 0, 4, 7, 3, 10_000_000)))
        .isEqualTo(ADOPTED);
    assertThat(bench.redis.hget(Bench.STATE, "left")).isEqualTo("9999997");
  }

  @Test
  void differsWhenSomebodyHasWrittenIntoLeft() {
    bench.redis.hset(Bench.STATE, "left", "500");

    assertDiffers("left: 500 (expected: 7)", 5, 1, 6, 3, 10);
  }

  @Test
  void fencesWhoSoldBefore() {
    ClaimCall last = Bench.call(5, 1, 2, 10, "c");
    assertThat(Bench.await(bench.stock.claim(last))).isEqualTo(decided(NOMINATED));
    adopt(5, 1, 6, 3, 10);
    Map<String, String> before = bench.dump();

    assertThat(Bench.await(bench.stock.claim(last))).isEqualTo(new ClaimReply.Fenced(6));
    assertThat(bench.claim(5, 2, 3, 10, "d")).isEqualTo(new ClaimReply.Fenced(6));
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void aRepeatChangesNothing() {
    adopt(5, 1, 6, 3, 10);
    Map<String, String> before = bench.dump();

    assertThat(adopt(5, 1, 6, 3, 10)).isEqualTo(ADOPTED);
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void aRepeatAfterTheEpochHasSoldChangesNothing() {
    adopt(5, 1, 6, 3, 10);
    assertThat(bench.claim(6, 1, 3, 10, "d")).isEqualTo(decided(NOMINATED));

    assertDiffers("buyers: 4 (expected: 3)", 5, 1, 6, 3, 10);
  }

  @Test
  void aRepeatAfterALaterEpochWasOpenedChangesNothing() {
    adopt(5, 1, 6, 3, 10);
    bench.open(7, 10, "a", "b", "c");

    assertDiffers("epoch: 7 (expected: 5)", 5, 1, 6, 3, 10);
  }

  @Test
  void differsWhenNothingIsThere() {
    bench.redis.flushall();
    assertDiffers("state: none (expected: hash)", 5, 1, 6, 3, 10);
  }

  @Test
  void differsWhenTheEpochIsAnother() {
    assertDiffers("epoch: 5 (expected: 4)", 4, 1, 6, 3, 10);
    assertDiffers("epoch: 5 (expected: 8)", 8, 1, 9, 3, 10);
  }

  @Test
  void differsWhenABatchIsMissingOrTooMuch() {
    assertDiffers("seq: 1 (expected: 0)", 5, 0, 6, 3, 10);
    assertDiffers("seq: 1 (expected: 2)", 5, 2, 6, 3, 10);
  }

  @Test
  void differsWhenTheEpochIsMineAndTheStockIsNot() {
    adopt(5, 1, 6, 3, 10);
    assertDiffers("epoch: 6 (expected: 5)", 5, 1, 6, 3, 11);
  }

  @Test
  void differsWhenABuyerIsMissingOrTooMany() {
    assertDiffers("buyers: 3 (expected: 2)", 5, 1, 6, 2, 10);
    bench.redis.sadd(Bench.BUYERS, "z");
    assertDiffers("buyers: 4 (expected: 3)", 5, 1, 6, 3, 10);
    bench.redis.del(Bench.BUYERS);
    assertDiffers("buyers: 0 (expected: 3)", 5, 1, 6, 3, 10);
  }

  @Test
  void differsWhenANumberIsNone() {
    for (String nonsense :
        new String[] {"", "x", "-1", "1e3", "0x10", " 5", "05", "1234567890123456789"}) {
      for (String field : new String[] {"epoch", "seq", "left"}) {
        sellThree();
        bench.redis.hset(Bench.STATE, field, nonsense);
        assertDiffers(field + ": no number (expected: one)", 5, 1, 6, 3, 10);
        bench.redis.hdel(Bench.STATE, field);
        assertDiffers(field + ": no number (expected: one)", 5, 1, 6, 3, 10);
      }
    }
  }

  @Test
  void differsWhenAKeyIsOfAnotherType() {
    bench.redis.set(Bench.BUYERS, "x");
    assertDiffers("buyers: string (expected: set)", 5, 1, 6, 3, 10);
    bench.redis.set(Bench.STATE, "x");
    assertDiffers("state: string (expected: hash)", 5, 1, 6, 3, 10);
  }

  @Test
  void writesNothingWhenRedisHasNoMemoryLeft() {
    Map<String, String> before = bench.dump();

    bench.redis.configSet("maxmemory", "1");
    assertThat(bench.stock.adopt(Bench.SALE, 5, 1, 10, 6, 3, 10).toCompletableFuture())
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("OOM");
    bench.redis.configSet("maxmemory", "0");

    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void refusesNumbersThatCannotBe() {
    assertThatThrownBy(() -> bench.stock.adopt(Bench.SALE, 5, 1, 10, 6, 11, 10))
        .hasMessage("sold: 11 (expected: 0 to the stock, 10)");
    assertThatThrownBy(() -> bench.stock.adopt(Bench.SALE, 5, 1, 10, 5, 3, 10))
        .hasMessage("epoch: 5 (expected: above the previous one, 5)");
  }

  private static AdoptReply adopt(
      long previousEpoch, long previousSeq, long epoch, long sold, long stock) {
    return Bench.await(
        bench.stock.adopt(Bench.SALE, previousEpoch, previousSeq, 10, epoch, sold, stock));
  }

  private static void assertDiffers(
      String why, long previousEpoch, long previousSeq, long epoch, long sold, long stock) {
    Map<String, String> before = bench.dump();
    assertThat(adopt(previousEpoch, previousSeq, epoch, sold, stock))
        .isEqualTo(new AdoptReply.Differs(why));
    assertThat(bench.dump()).isEqualTo(before);
  }
}
