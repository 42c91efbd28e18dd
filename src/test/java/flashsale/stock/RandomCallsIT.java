package flashsale.stock;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.stock.ClaimReply.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is called in whatever order, by writers that are up to date, late or wrong: never more
 * nominated than there is, never one shopper twice.
 */
class RandomCallsIT {
  private static final int SEEDS = 60;
  private static final int CALLS = 60;
  private static final int SHOPPERS = 25;
  private static final int STOCK = 12;

  private static Bench bench;

  @BeforeAll
  static void start(@TempDir Path dir) {
    bench = Bench.start(dir);
  }

  @AfterAll
  static void stop() {
    bench.close();
  }

  @Test
  void neverNominatesTooManyNorOneShopperTwice() {
    int nominated = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      bench.redis.flushall();
      nominated += new History(seed).run();
    }
    assertThat(nominated).as("nominations in all").isGreaterThan(SEEDS * STOCK / 2);
  }

  /** One random history, and what must be true of Redis after each of its calls. */
  private static final class History {
    private final int seed;
    private final Random random;
    private final Set<String> buyers = new HashSet<>();
    private final List<ClaimCall> called = new ArrayList<>();
    private long epoch = 1;
    private long seq;
    private int nominations;

    History(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    int run() {
      bench.open(epoch, STOCK);
      for (int i = 0; i < CALLS; i++) {
        switch (random.nextInt(8)) {
          case 0 -> openEpochThatForgetsSome();
          case 1 -> flipLateAgain();
          case 2, 3 -> repeatAnyEarlierCall();
          case 4 -> claim(epoch - random.nextInt(2), seq + random.nextInt(4) - 1);
          default -> claim(epoch, seq + 1);
        }
        assertThat(bench.redis.smembers(Bench.BUYERS)).as("seed %d", seed).isEqualTo(buyers);
        assertThat(bench.redis.hget(Bench.STATE, "left"))
            .as("seed %d", seed)
            .isEqualTo("" + (STOCK - buyers.size()));
      }
      return nominations;
    }

    private void claim(long withEpoch, long withSeq) {
      int sold = buyers.size() + (random.nextInt(10) == 0 ? random.nextInt(3) - 1 : 0);
      String[] asks = new String[1 + random.nextInt(4)];
      for (int i = 0; i < asks.length; i++) {
        asks[i] = (random.nextInt(5) == 0 ? "?" : "") + "user-" + random.nextInt(SHOPPERS);
      }
      call(Bench.call(withEpoch, withSeq, sold, STOCK, asks));
    }

    private void repeatAnyEarlierCall() {
      if (!called.isEmpty()) {
        boolean last = random.nextBoolean();
        call(called.get(last ? called.size() - 1 : random.nextInt(called.size())));
      }
    }

    private void call(ClaimCall call) {
      called.add(call);
      boolean isNew = call.epoch() == epoch && call.seq() == seq + 1;
      if (!(Bench.await(bench.stock.claim(call)) instanceof ClaimReply.Decided reply)) {
        return;
      }
      assertThat(call.epoch()).as("seed %d", seed).isEqualTo(epoch);
      for (int i = 0; i < call.asks().size(); i++) {
        String user = call.asks().get(i).user().value();
        if (reply.verdicts().get(i) == Verdict.NOMINATED) {
          assertThat(buyers.add(user)).as("seed %d: %s is new", seed, user).isEqualTo(isNew);
          seq = call.seq();
          nominations += isNew ? 1 : 0;
        }
      }
      assertThat(buyers).as("seed %d", seed).hasSizeLessThanOrEqualTo(STOCK);
    }

    /** Only what reached the log survives; here chance decides. */
    private void openEpochThatForgetsSome() {
      buyers.removeIf(buyer -> random.nextInt(4) == 0);
      epoch++;
      seq = 0;
      bench.open(epoch, STOCK, buyers.toArray(String[]::new));
    }

    private void flipLateAgain() {
      long late = epoch - random.nextInt(2);
      FlipReply reply =
          Bench.await(bench.stock.flip(Bench.SALE, late, 0, STOCK, OptionalLong.empty()));
      assertThat(reply)
          .as("seed %d", seed)
          .isEqualTo(
              late == epoch && buyers.isEmpty()
                  ? new FlipReply.Flipped()
                  : new FlipReply.Fenced(epoch));
    }
  }
}
