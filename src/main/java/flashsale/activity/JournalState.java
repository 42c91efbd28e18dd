package flashsale.activity;

import flashsale.model.Activity;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The fold of an activity's journal.
 *
 * @param created as it was created; null: it was not
 * @param stock units on sale now
 * @param epoch the last epoch that was started, 0 when none was
 * @param seqNr sequence number of the last event
 * @param writtenBy incarnation that wrote the last event
 */
public record JournalState(
    @Nullable Activity created,
    long stock,
    long epoch,
    boolean paused,
    boolean closed,
    long seqNr,
    long writtenBy) {
  static final JournalState EMPTY = new JournalState(null, 0, 0, false, false, 0, 0);

  /** The state after the event that was written at {@code atSeqNr}. */
  JournalState with(JournalEvent event, long atSeqNr) {
    return switch (event) {
      case JournalEvent.Created e ->
          new JournalState(
              e.activity(), e.stock(), epoch, paused, closed, atSeqNr, e.incarnation());
      case JournalEvent.EpochStarted e ->
          new JournalState(created, stock, atSeqNr, paused, closed, atSeqNr, e.incarnation());
      case JournalEvent.Paused e ->
          new JournalState(created, stock, epoch, true, closed, atSeqNr, e.incarnation());
      case JournalEvent.Resumed e ->
          new JournalState(created, stock, epoch, false, closed, atSeqNr, e.incarnation());
      case JournalEvent.StockSet e ->
          new JournalState(created, e.stock(), epoch, paused, closed, atSeqNr, e.incarnation());
      case JournalEvent.Closed e ->
          new JournalState(created, stock, epoch, paused, true, atSeqNr, e.incarnation());
    };
  }

  boolean exists() {
    return created != null;
  }

  /** The activity with the stock as it is now; only of one that exists. */
  Activity activity() {
    return Objects.requireNonNull(created).withStock(stock);
  }

  /** An epoch was started. Before that nothing can have been sold. */
  boolean opened() {
    return epoch > 0;
  }

  Catalog.CatalogRow row() {
    return new Catalog.CatalogRow(activity(), opened(), paused, closed, seqNr);
  }
}
