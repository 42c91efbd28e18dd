package flashsale.activity;

import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Product;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fact of an activity's life, stored as JSON in the journal.
 *
 * <p>Each names the start of the actor that wrote it, so an actor that lost sight of a write can
 * tell from a replay whether it was its own.
 */
public sealed interface JournalEvent {
  long incarnation();

  record Created(
      long incarnation,
      String activityId,
      String title,
      long stock,
      String productId,
      long amount,
      String currency,
      @Nullable Instant opensAt,
      @Nullable Instant closesAt)
      implements JournalEvent {
    static Created of(long incarnation, Activity a) {
      Product p = a.product();
      return new Created(
          incarnation,
          a.id().value(),
          a.title(),
          a.stock(),
          p.productId(),
          p.amount(),
          p.currency(),
          a.opensAt(),
          a.closesAt());
    }

    Activity activity() {
      Product product = new Product(productId, amount, currency);
      return new Activity(new ActivityId(activityId), title, product, stock, opensAt, closesAt);
    }
  }

  /**
   * A new term; its number is this event's sequence number in the journal. The first one also says:
   * it is open.
   */
  record EpochStarted(long incarnation) implements JournalEvent {}

  record Paused(long incarnation) implements JournalEvent {}

  record Resumed(long incarnation) implements JournalEvent {}

  record StockSet(long incarnation, long stock) implements JournalEvent {}

  record Closed(long incarnation) implements JournalEvent {}
}
