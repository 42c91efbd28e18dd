package flashsale.activity;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.stock.Stock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Loads an activity's buyers into Redis, page by page, beside the live set.
 *
 * <p>Holds one page at a time, however many buyers there are; repeatable from the start.
 */
final class BuyerLoad {
  private static final int PAGE_BUYERS = 5_000;

  private final ActivityId id;
  private final RecoverySource source;
  private final Stock stock;

  BuyerLoad(ActivityId id, RecoverySource source, Stock stock) {
    this.id = id;
    this.source = source;
    this.stock = stock;
  }

  CompletionStage<Void> run(Effect.Load load) {
    return stock
        .beginLoad(id, load.epoch())
        .thenCompose(begun -> stored(load.epoch(), 0, load.storedUpTo()))
        .thenCompose(done -> recent(load.epoch(), load.recent()));
  }

  private CompletionStage<Void> stored(long epoch, long after, long upTo) {
    if (after >= upTo) {
      return CompletableFuture.completedFuture(null);
    }
    long pageEnd = Math.min(after + PAGE_BUYERS, upTo);
    return source
        .buyers(id, after, pageEnd, PAGE_BUYERS)
        .thenCompose(buyers -> load(epoch, buyers))
        .thenCompose(loaded -> stored(epoch, pageEnd, upTo));
  }

  private CompletionStage<Void> recent(long epoch, List<UserId> buyers) {
    if (buyers.size() <= PAGE_BUYERS) {
      return load(epoch, buyers);
    }
    return load(epoch, buyers.subList(0, PAGE_BUYERS))
        .thenCompose(loaded -> recent(epoch, buyers.subList(PAGE_BUYERS, buyers.size())));
  }

  private CompletionStage<Void> load(long epoch, List<UserId> buyers) {
    return buyers.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : stock.load(id, epoch, buyers);
  }
}
