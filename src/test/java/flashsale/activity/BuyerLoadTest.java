package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.simulation.RedisModel;
import flashsale.stock.FlipReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Whether the loaded set has as many members as the ledger says are sold. */
class BuyerLoadTest {
  private static final FlipReply FLIPPED = new FlipReply.Flipped();

  private final Orders orders = new Orders();
  private final RedisModel redis = new RedisModel();
  private final BuyerLoad load = new BuyerLoad(World.ID, orders, redis);

  @Test
  void loadsWhatIsStoredAndWhatTheLogShowedSince() {
    orders.put(1, "ann");
    orders.put(2, "ben");

    load(2, "cat", "dan");

    assertThat(flip(4)).isEqualTo(FLIPPED);
  }

  @Test
  void loadsManyPages() {
    for (int sequence = 1; sequence <= 12_345; sequence++) {
      orders.put(sequence, "user-" + sequence);
    }

    load(12_345);

    assertThat(flip(12_345)).isEqualTo(FLIPPED);
    assertThat(orders.rowsAtOnceMax).isLessThanOrEqualTo(5_000);
  }

  @Test
  void aSaleThatOrdersCouldNotTakeCountsAsSold() {
    orders.put(1, "ann");
    orders.conflict(2);
    orders.put(3, "ben");
    for (int sequence = 4; sequence <= 6_000; sequence++) {
      orders.conflict(sequence);
    }

    load(6_000);
    load(6_000);

    assertThat(flip(6_000)).isEqualTo(FLIPPED);
  }

  @Test
  void ordersThatPostgresHasLostAreNotTakenForConflicts() {
    orders.put(1, "ann");
    orders.put(2, "ben");

    load(3);

    assertThat(flip(3)).isEqualTo(new FlipReply.Miscounted(2));
  }

  /**
   * The log sold to ann twice; once it is projected, the second sale is known to be in conflict.
   */
  @Test
  void aSecondSaleToABuyerIsMiscountedUntilItIsProjected() {
    orders.put(1, "ann");
    load(1, "ben", "ann");
    assertThat(flip(3)).isEqualTo(new FlipReply.Miscounted(2));

    orders.put(2, "ben");
    orders.conflict(3);
    load(3);
    assertThat(flip(3)).isEqualTo(FLIPPED);
  }

  private void load(long storedUpTo, String... recent) {
    CompletionStage<Void> loaded =
        load.run(
            new Effect.Load(7, storedUpTo, List.of(recent).stream().map(UserId::new).toList()));
    assertThat(loaded).isCompleted();
  }

  private FlipReply flip(long sold) {
    return redis
        .flip(World.ID, 7, sold, 10_000_000, OptionalLong.empty())
        .toCompletableFuture()
        .join();
  }

  /** The order table and its conflicts, which here are rows without a user. */
  private static final class Orders implements RecoverySource {
    private final Map<Long, String> rows = new TreeMap<>();
    private int rowsAtOnceMax;

    void put(long sequence, String user) {
      rows.put(sequence, user);
    }

    void conflict(long sequence) {
      rows.put(sequence, "");
    }

    @Override
    public CompletionStage<Snapshot> snapshot(ActivityId activity) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Buyers> buyers(
        ActivityId activity, long afterSequence, long upToSequence) {
      List<UserId> users = new ArrayList<>();
      List<Long> inConflict = new ArrayList<>();
      for (long sequence = afterSequence + 1; sequence <= upToSequence; sequence++) {
        String user = rows.get(sequence);
        if (user != null && !user.isEmpty()) {
          users.add(new UserId(user));
        } else if (user != null) {
          inConflict.add(sequence);
        }
      }
      rowsAtOnceMax = Math.max(rowsAtOnceMax, users.size() + inConflict.size());
      return CompletableFuture.completedFuture(new Buyers(users, inConflict));
    }
  }
}
