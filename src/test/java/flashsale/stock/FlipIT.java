package flashsale.stock;

import static flashsale.stock.Bench.decided;
import static flashsale.stock.ClaimReply.Verdict.NOMINATED;
import static flashsale.stock.ClaimReply.Verdict.NONE_LEFT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.model.UserId;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How Redis is handed to an epoch. */
class FlipIT {
  private static final OptionalLong NO_GARBAGE = OptionalLong.empty();
  private static final FlipReply FLIPPED = new FlipReply.Flipped();

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
  void takesAnEmptyRedis() {
    assertThat(bench.loadAndFlip(3, 10, NO_GARBAGE, "a", "b")).isEqualTo(FLIPPED);

    assertThat(bench.redis.hgetall(Bench.STATE))
        .isEqualTo(Map.of("epoch", "3", "seq", "0", "left", "8"));
    assertThat(bench.redis.smembers(Bench.BUYERS)).containsExactlyInAnyOrder("a", "b");
    assertThat(bench.redis.ttl(Bench.STATE)).isEqualTo(-1);
    assertThat(bench.redis.ttl(Bench.BUYERS)).isEqualTo(-1);
    assertThat(bench.redis.keys("*")).hasSize(2);
  }

  @Test
  void takesRedisFromALowerEpochAndForgetsWhatWasNeverConfirmed() {
    bench.open(3, 10, "a");
    bench.claim(3, 1, 1, 10, "never-confirmed");

    bench.open(5, 12, "a", "b");

    assertThat(bench.redis.hgetall(Bench.STATE))
        .isEqualTo(Map.of("epoch", "5", "seq", "0", "left", "10"));
    assertThat(bench.redis.smembers(Bench.BUYERS)).containsExactlyInAnyOrder("a", "b");
    assertThat(bench.claim(5, 1, 2, 12, "never-confirmed")).isEqualTo(decided(NOMINATED));
  }

  @Test
  void leavesNoBuyerWhenNobodyHasBought() {
    bench.open(3, 10, "a");

    bench.open(4, 10);

    assertThat(bench.redis.keys("*")).containsExactly(Bench.STATE);
    assertThat(bench.claim(4, 1, 0, 10, "a")).isEqualTo(decided(NOMINATED));
  }

  @Test
  void aRepeatChangesNothing() {
    bench.open(3, 10, "a");
    Map<String, String> before = bench.dump();

    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 3, 1, 10, NO_GARBAGE))).isEqualTo(FLIPPED);
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void aBookThatIsNotAsThisFlipLeavesItIsNotItsOwn() {
    bench.open(3, 10, "a");
    bench.claim(3, 1, 1, 10, "b");
    Map<String, String> before = bench.dump();

    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 3, 1, 10, NO_GARBAGE)))
        .isEqualTo(new FlipReply.Fenced(3));
    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 3, 2, 10, OptionalLong.of(3))))
        .isEqualTo(new FlipReply.Fenced(3));
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void aDamagedBookOfTheSameEpochIsLeftToALaterEpoch() {
    List<Consumer<RedisCommands<String, String>>> damages =
        List.of(
            redis -> redis.sadd(Bench.BUYERS, "z"),
            redis -> redis.del(Bench.BUYERS),
            redis -> redis.set(Bench.BUYERS, "x"),
            redis -> redis.hincrby(Bench.STATE, "left", 1),
            redis -> redis.hset(Bench.STATE, "left", "x"),
            redis -> redis.hset(Bench.STATE, "seq", "x"));
    for (Consumer<RedisCommands<String, String>> damage : damages) {
      bench.redis.flushall();
      bench.open(3, 10, "a");
      Bench.await(bench.stock.load(Bench.SALE, 3, List.of(new UserId("a"))));
      damage.accept(bench.redis);
      Map<String, String> before = bench.dump();

      assertThat(Bench.await(bench.stock.flip(Bench.SALE, 3, 1, 10, NO_GARBAGE)))
          .isEqualTo(new FlipReply.Fenced(3));
      assertThat(bench.dump()).isEqualTo(before);

      bench.open(4, 10, "a");
      assertThat(bench.claim(4, 1, 1, 10, "b")).isEqualTo(decided(NOMINATED));
    }
  }

  @Test
  void isFencedByAHigherEpochAndWritesNothing() {
    bench.open(9, 10, "a");
    Bench.await(bench.stock.load(Bench.SALE, 8, List.of(new UserId("a"))));
    Map<String, String> before = bench.dump();

    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 8, 1, 10, NO_GARBAGE)))
        .isEqualTo(new FlipReply.Fenced(9));
    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 8, 1, 10, OptionalLong.of(10))))
        .isEqualTo(new FlipReply.Fenced(9));
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void overwritesTheHigherEpochThatIsGarbage() {
    bench.redis.hset(Bench.STATE, "epoch", "999999999999999999");

    assertThat(bench.loadAndFlip(8, 10, OptionalLong.of(999999999999999998L), "a"))
        .isEqualTo(new FlipReply.Fenced(999999999999999999L));
    assertThat(bench.loadAndFlip(8, 10, OptionalLong.of(999999999999999999L), "a"))
        .isEqualTo(FLIPPED);
    assertThat(bench.claim(8, 1, 1, 10, "b")).isEqualTo(decided(NOMINATED));
  }

  @Test
  void aWrongNumberOfLoadedBuyersIsRefusedAndWritesNothing() {
    bench.open(3, 10, "a");
    Bench.await(bench.stock.load(Bench.SALE, 4, List.of(new UserId("a"), new UserId("b"))));
    Map<String, String> before = bench.dump();

    for (long sold : new long[] {0, 1, 3}) {
      assertThat(Bench.await(bench.stock.flip(Bench.SALE, 4, sold, 10, NO_GARBAGE)))
          .isEqualTo(new FlipReply.Miscounted(2));
    }
    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 5, 1, 10, NO_GARBAGE)))
        .isEqualTo(new FlipReply.Miscounted(0));
    assertThat(bench.dump()).isEqualTo(before);
  }

  @Test
  void aSecondTryDropsWhatTheFirstHasLoaded() {
    Bench.await(bench.stock.load(Bench.SALE, 4, List.of(new UserId("x"))));

    assertThat(bench.loadAndFlip(4, 10, NO_GARBAGE, "a")).isEqualTo(FLIPPED);
    assertThat(bench.redis.smembers(Bench.BUYERS)).containsExactly("a");
  }

  @Test
  void replacesKeysOfAnotherType() {
    bench.redis.set(Bench.STATE, "x");
    bench.redis.set(Bench.BUYERS, "x");
    bench.redis.set(Bench.BUYERS + ":4", "x");
    assertThat(bench.loadAndFlip(4, 10, NO_GARBAGE, "a")).isEqualTo(FLIPPED);

    bench.redis.hset(Bench.STATE, "epoch", "nonsense");
    bench.redis.del(Bench.BUYERS);
    bench.redis.set(Bench.BUYERS, "x");
    bench.redis.set(Bench.BUYERS + ":5", "x");
    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 5, 0, 10, NO_GARBAGE))).isEqualTo(FLIPPED);
    assertThat(bench.redis.keys("*")).containsExactly(Bench.STATE);
  }

  @Test
  void aLoadedSetIsForgottenWhenNobodyFlipsIt() {
    Bench.await(bench.stock.load(Bench.SALE, 4, List.of(new UserId("a"))));

    assertThat(bench.redis.ttl(Bench.BUYERS + ":4")).isBetween(3_000L, 3_600L);
  }

  @Test
  void loadsManyBuyersAtOnceAndNoneAtAll() {
    String[] buyers = Bench.users(1, 20_001);
    Bench.await(bench.stock.load(Bench.SALE, 4, List.of()));

    assertThat(bench.loadAndFlip(4, 30_000, NO_GARBAGE, buyers)).isEqualTo(FLIPPED);
    assertThat(bench.redis.smembers(Bench.BUYERS)).isEqualTo(Set.of(buyers));
  }

  @Test
  void aPlaceholderCountsAsSoldAndIsNobody() {
    for (int twice = 0; twice < 2; twice++) {
      Bench.await(bench.stock.load(Bench.SALE, 4, List.of(new UserId("a"))));
      Bench.await(bench.stock.loadPlaceholders(Bench.SALE, 4, List.of(2L, 17L)));
      Bench.await(bench.stock.loadPlaceholders(Bench.SALE, 4, List.of()));
    }

    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 4, 2, 5, NO_GARBAGE)))
        .isEqualTo(new FlipReply.Miscounted(3));
    assertThat(Bench.await(bench.stock.flip(Bench.SALE, 4, 3, 5, NO_GARBAGE))).isEqualTo(FLIPPED);
    assertThat(bench.redis.smembers(Bench.BUYERS))
        .containsExactlyInAnyOrder("a", "#2", "#17")
        .filteredOn(UserId::isValid)
        .containsExactly("a");
    assertThat(bench.claim(4, 1, 3, 5, "2", "17", "b"))
        .isEqualTo(decided(NOMINATED, NOMINATED, NONE_LEFT));
  }

  @Test
  void refusesMoreSoldThanStock() {
    assertThatThrownBy(() -> bench.stock.flip(Bench.SALE, 4, 11, 10, NO_GARBAGE))
        .hasMessage("sold: 11 (expected: 0 to the stock, 10)");
  }

  @Test
  void readsTheBookAndTakesNonsenseForNone() {
    assertThat(Bench.await(bench.stock.read(Bench.SALE))).isEmpty();
    bench.open(4, 10_000_000, "a");
    assertThat(Bench.await(bench.stock.read(Bench.SALE)))
        .isEqualTo(Optional.of(new RedisBook(4, 0, 9_999_999, 1)));

    bench.redis.hset(Bench.STATE, "left", "many");
    assertThat(Bench.await(bench.stock.read(Bench.SALE))).isEmpty();
    bench.redis.hset(Bench.STATE, "left", "3");
    bench.redis.set(Bench.BUYERS, "x");
    assertThat(Bench.await(bench.stock.read(Bench.SALE))).isEmpty();
    bench.redis.set(Bench.STATE, "x");
    assertThat(Bench.await(bench.stock.read(Bench.SALE))).isEmpty();
  }
}
