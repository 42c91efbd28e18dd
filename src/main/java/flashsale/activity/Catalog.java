package flashsale.activity;

import flashsale.model.Activity;
import java.util.concurrent.CompletionStage;

/**
 * Where the journal's writer publishes an activity for those who read: the table {@code
 * activities}.
 */
public interface Catalog {

  /** Stores the row unless a later one is there already; repeatable. */
  CompletionStage<Void> publish(CatalogRow row);

  /**
   * An activity as the journal has it.
   *
   * @param activity with the stock as it is now
   * @param opened an epoch was started, which may be a moment before the opening time
   * @param journalSeq the journal's number of the event that made it so; a lower one never
   *     overwrites a higher one
   */
  record CatalogRow(
      Activity activity, boolean opened, boolean paused, boolean closed, long journalSeq) {}
}
