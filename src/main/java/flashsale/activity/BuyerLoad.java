package flashsale.activity;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.stock.Stock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads an activity's buyers into Redis, page by page, beside the live set.
 *
 * <p>Holds one page at a time, however many buyers there are; repeatable from the start.
 */
final class BuyerLoad {
  private static final Logger LOG = LoggerFactory.getLogger(BuyerLoad.class);
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
        .thenCompose(begun -> stored(load.epoch(), 0, load.storedUpTo(), 0))
        .thenAccept(this::warn)
        .thenCompose(done -> recent(load.epoch(), load.recent()));
  }

  /** The stage has the number of placeholders in all. */
  private CompletionStage<Long> stored(long epoch, long after, long upTo, long placeholders) {
    if (after >= upTo) {
      return CompletableFuture.completedFuture(placeholders);
    }
    long pageEnd = Math.min(after + PAGE_BUYERS, upTo);
    return source
        .buyers(id, after, pageEnd)
        .thenCompose(page ->
            load(epoch, page)
                .thenCompose(loaded ->
                    stored(epoch, pageEnd, upTo, placeholders + page.inConflict().size())));
  }

  /**
   * The ledger counts a sale in conflict as sold for good, so Redis has to count it too.
   *
   * <p>Only what is known to be in conflict is filled up. Filling every gap would hide buyers whose
   * rows Postgres has lost, and they could buy once more; so the flip finds too few.
   */
  private CompletionStage<Void> load(long epoch, RecoverySource.Buyers page) {
    CompletionStage<Void> users = load(epoch, page.users());
    return page.inConflict().isEmpty()
        ? users
        : users.thenCompose(loaded -> stock.loadPlaceholders(id, epoch, page.inConflict()));
  }

  private void warn(long placeholders) {
    if (placeholders > 0) {
      LOG.atWarn()
          .addKeyValue("activityId", id)
          .addKeyValue("sales", placeholders)
          .log("sales without an order: in conflict, counted as sold to nobody");
    }
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
