package flashsale.activity;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.stock.Stock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads an activity's buyers into Redis, page by page, beside the live set.
 *
 * <p>Holds two pages at a time, however many buyers there are; repeatable from the start.
 */
final class BuyerLoad {
  private static final Logger LOG = LoggerFactory.getLogger(BuyerLoad.class);
  private static final int PAGE_BUYERS = 5_000;
  private static final int PAGE_TRIES_MAX = 5;
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);

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
        .thenCompose(begun ->
            stored(load.epoch(), 0, load.storedUpTo(), CompletableFuture.completedFuture(null), 0))
        .thenAccept(this::warn)
        .thenCompose(done -> recent(load.epoch(), load.recent()));
  }

  /**
   * Reads the page after {@code after} while the one before it is being loaded.
   *
   * @return the number of placeholders in all
   */
  private CompletionStage<Long> stored(
      long epoch, long after, long upTo, CompletionStage<Void> loading, long placeholders) {
    if (after >= upTo) {
      return loading.thenApply(loaded -> placeholders);
    }
    long pageEnd = Math.min(after + PAGE_BUYERS, upTo);
    return source
        .buyers(id, after, pageEnd)
        .thenCombine(loading, (page, loaded) -> page)
        .thenCompose(page ->
            stored(
                epoch, pageEnd, upTo, load(epoch, page), placeholders + page.inConflict().size()));
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
        : users.thenCompose(loaded ->
            tried(() -> stock.loadPlaceholders(id, epoch, page.inConflict()), PAGE_TRIES_MAX));
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
        : tried(() -> stock.load(id, epoch, buyers), PAGE_TRIES_MAX);
  }

  /** One slow answer among hundreds is no reason to begin anew; a page may be loaded twice. */
  private static CompletionStage<Void> tried(Supplier<CompletionStage<Void>> page, int tries) {
    CompletionStage<Void> first = page.get();
    return tries == 1
        ? first
        : first.exceptionallyComposeAsync(failure -> tried(page, tries - 1), LATER);
  }
}
