package flashsale.activity;

import flashsale.ledger.Ledger;
import flashsale.model.Order;
import flashsale.model.OrderId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an activity's actor says. Each is true when it is said, and stays true. */
public sealed interface Answer extends CborSerializable {

  /** The ledger accepted it. The order's sequence and time are null when they are not at hand. */
  record Confirmed(Order order) implements Answer {}

  record AlreadyPurchased(OrderId orderId) implements Answer {}

  /** Nothing is sold any more. Also the answer to changes that a closed activity does not take. */
  record Closed() implements Answer {}

  record Paused() implements Answer {}

  record NotOpen(Instant opensAt) implements Answer {}

  /**
   * The ledger says so: final for this stock.
   *
   * @param sold units in all
   * @param validMs for so long from now it is true of everybody who bought none of these units: the
   *     stock is not raised before
   */
  record SoldOut(long sold, long validMs) implements Answer {}

  /** Nominated, and the log has not told yet. */
  record Pending(OrderId orderId) implements Answer {}

  /** This request did nothing, now or later. */
  record TryAgain() implements Answer {}

  /**
   * The same, because this actor ends, or the question reached none: the next one, here or on
   * another node, will answer. Not for shoppers: whoever asked the actor asks again.
   */
  record Moving() implements Answer {}

  record UnknownActivity() implements Answer {}

  /** Nothing was bought by anything that was asked before. */
  record NotPurchased() implements Answer {}

  /**
   * The activity as it is.
   *
   * @param ledger null: no epoch was opened since this actor started, so Postgres knows as much
   * @param live an epoch is open: the ledger is this actor's own, up to the log's tail
   */
  record View(
      Catalog.CatalogRow row,
      @Nullable Ledger ledger,
      boolean live,
      int batchesUnderWay,
      int claimsWaiting)
      implements Answer {}

  /** The change is made, durably. */
  record Done(View view) implements Answer {}

  /** Created before, with the same content. */
  record AlreadySo(View view) implements Answer {}

  /** Created before, with other content. */
  record Exists() implements Answer {}

  record BelowSold(long sold) implements Answer {}
}
