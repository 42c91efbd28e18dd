package flashsale.stock;

import static flashsale.stock.Bench.decided;
import static flashsale.stock.ClaimReply.Verdict.DUPLICATE;
import static flashsale.stock.ClaimReply.Verdict.NOMINATED;
import static flashsale.stock.ClaimReply.Verdict.NONE_LEFT;
import static flashsale.stock.ClaimReply.Verdict.NOT_A_BUYER;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.model.ActivityId;
import flashsale.stock.ClaimReply.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a claim decides, and what it writes. */
class ClaimIT {
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
  void empty() {
    bench.redis.flushall();
  }

  @Test
  void nominatesInOrderUntilNoneIsLeft() {
    bench.open(1, 3, "a");

    assertThat(bench.claim(1, 1, 1, 3, "b", "a", "c", "d", "b", "e"))
        .isEqualTo(decided(NOMINATED, DUPLICATE, NOMINATED, NONE_LEFT, DUPLICATE, NONE_LEFT));
    assertThat(bench.redis.smembers(Bench.BUYERS)).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(Bench.await(bench.stock.read(Bench.SALE)))
        .isEqualTo(Optional.of(new RedisBook(1, 1, 0, 3)));
  }

  @Test
  void goesOnWithTheNextSeq() {
    bench.open(1, 3);

    assertThat(bench.claim(1, 1, 0, 3, "a", "b")).isEqualTo(decided(NOMINATED, NOMINATED));
    assertThat(bench.claim(1, 2, 2, 3, "b", "c", "d"))
        .isEqualTo(decided(DUPLICATE, NOMINATED, NONE_LEFT));
  }

  @Test
  void answersAReplayAsBeforeAndChangesNothing() {
    bench.open(1, 3, "a");
    ClaimCall call = Bench.call(1, 1, 1, 3, "a", "b", "?b", "c", "d", "?d");
    ClaimReply first = Bench.await(bench.stock.claim(call));
    Map<String, String> before = bench.dump();

    assertThat(first)
        .isEqualTo(decided(DUPLICATE, NOMINATED, DUPLICATE, NOMINATED, NONE_LEFT, NOT_A_BUYER));
    assertThat(Bench.await(bench.stock.claim(call))).isEqualTo(first);
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void answersAReplayAsBeforeAfterRedisForgotItsScripts() {
    bench.open(1, 3);
    ClaimReply first = bench.claim(1, 1, 0, 3, "a");
    bench.redis.scriptFlush();
    Map<String, String> before = bench.dump();

    assertThat(bench.claim(1, 1, 0, 3, "a")).isEqualTo(first).isEqualTo(decided(NOMINATED));
    assertThat(bench.dump()).isEqualTo(before);
    bench.redis.scriptFlush();
    assertThat(bench.claim(1, 2, 1, 3, "b")).isEqualTo(decided(NOMINATED));
  }

  @Test
  void decidesAFullBatchWithDuplicatesInsideIt() {
    bench.open(1, 10_000_000, Bench.users(1, 50));
    List<String> asks = new ArrayList<>();
    List<Verdict> expected = new ArrayList<>();
    for (int i = 0; i < ClaimCall.ASKS_MAX / 2; i++) {
      asks.add("user-" + (i + 1));
      expected.add(i < 50 ? DUPLICATE : NOMINATED);
    }
    for (int i = 0; i < ClaimCall.ASKS_MAX / 2; i++) {
      asks.add("user-" + (i + 101));
      expected.add(i < 28 ? DUPLICATE : NOMINATED);
    }

    ClaimReply reply = bench.claim(1, 1, 50, 10_000_000, asks.toArray(String[]::new));

    assertThat(reply).isEqualTo(new ClaimReply.Decided(expected));
    assertThat(bench.redis.scard(Bench.BUYERS)).isEqualTo(228);
    assertThat(bench.redis.hget(Bench.STATE, "left")).isEqualTo("9999772");
  }

  @Test
  void nominatesAFullBatchOfNewShoppers() {
    bench.open(1, 300);
    String[] longest = new String[ClaimCall.ASKS_MAX];
    for (int i = 0; i < longest.length; i++) {
      longest[i] = "u".repeat(60) + String.format("%04d", i);
    }

    assertThat(bench.claim(1, 1, 0, 300, longest))
        .isInstanceOfSatisfying(
            ClaimReply.Decided.class,
            reply -> assertThat(reply.verdicts()).hasSize(256).containsOnly(NOMINATED));
    assertThat(bench.redis.smembers(Bench.BUYERS)).containsExactlyInAnyOrder(longest);
  }

  @Test
  void writesNothingAndUsesNoSeqWhenEverybodyOnlyAsks() {
    bench.open(1, 3, "a");
    Map<String, String> before = bench.dump();

    assertThat(bench.claim(1, 1, 1, 3, "?a", "?b", "?b"))
        .isEqualTo(decided(DUPLICATE, NOT_A_BUYER, NOT_A_BUYER));
    assertThat(bench.dump()).isEqualTo(before);
    assertThat(bench.claim(1, 1, 1, 3, "?b", "b", "?b"))
        .isEqualTo(decided(NOT_A_BUYER, NOMINATED, DUPLICATE));
  }

  @Test
  void writesNothingAndUsesNoSeqWhenNobodyIsNominated() {
    bench.open(4, 2, "a", "b");
    Map<String, String> before = bench.dump();

    assertThat(bench.claim(4, 1, 2, 2, "a", "c", "?d"))
        .isEqualTo(decided(DUPLICATE, NONE_LEFT, NOT_A_BUYER));
    assertThat(bench.dump()).isEqualTo(before);
    assertThat(bench.claim(4, 1, 2, 2, "e")).isEqualTo(decided(NONE_LEFT));
  }

  @Test
  void writesNothingWhenRedisHasNoMemoryLeft() {
    bench.open(1, 3);
    ClaimCall call = Bench.call(1, 1, 0, 3, "a");
    Map<String, String> before = bench.dump();

    bench.redis.configSet("maxmemory", "1");
    assertThat(bench.stock.claim(call).toCompletableFuture())
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableThat()
        .withMessageContaining("OOM");
    bench.redis.configSet("maxmemory", "0");

    assertThat(bench.dump()).isEqualTo(before);
    assertThat(Bench.await(bench.stock.claim(call))).isEqualTo(decided(NOMINATED));
  }

  @Test
  void anErrorThatRedisReportsIsNoOutage() {
    bench.open(1, 3);

    bench.redis.configSet("maxmemory", "1");
    for (int i = 0; i < 10; i++) {
      assertThat(bench.stock.claim(Bench.call(1, 1, 0, 3, "a")).toCompletableFuture())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withMessageContaining("OOM");
    }
    assertThat(Bench.await(bench.stock.read(Bench.SALE))).isPresent();
    bench.redis.configSet("maxmemory", "0");

    assertThat(bench.claim(1, 1, 0, 3, "a")).isEqualTo(decided(NOMINATED));
  }

  @Test
  void keepsActivitiesApart() {
    bench.open(1, 1);
    bench.claim(1, 1, 0, 1, "a");

    assertThat(Bench.await(bench.stock.read(new ActivityId("sale-2")))).isEmpty();
    assertThat(bench.redis.keys("*")).containsExactlyInAnyOrder(Bench.STATE, Bench.BUYERS);
  }
}
