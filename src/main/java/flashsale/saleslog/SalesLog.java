package flashsale.saleslog;

import flashsale.ledger.Entry;
import flashsale.model.ActivityId;
import java.util.concurrent.CompletionStage;

/**
 * The durable, ordered decision: the Kafka topic {@code flashsale.sales}, keyed by activity.
 *
 * <p>Safe for use by many threads.
 */
public interface SalesLog {

  /**
   * Appends one record, durable on all in-sync replicas when the stage completes with its offset.
   *
   * <p>Calls made one after the other by one thread reach the log in that order. A failed stage
   * means that the record may be in the log, now or later. Never blocks.
   */
  CompletionStage<Long> append(ActivityId activity, Entry entry);

  /**
   * Delivers every readable record of the activity from {@code fromOffset} of its partition on, in
   * order, without a gap and without an end, until cancelled.
   *
   * <p>The listener is called by one thread at a time and must not block.
   */
  Subscription follow(ActivityId activity, long fromOffset, Listener listener);

  /** Ends a {@link #follow}; repeatable. A call under way may still be delivered. */
  interface Subscription {
    void cancel();
  }

  /** Receives what is followed. */
  interface Listener {
    /**
     * One record.
     *
     * @param offset its place in the partition
     * @param timestampMs the log's own append time, milliseconds since 1970-01-01T00:00:00Z
     */
    void onEntry(long offset, long timestampMs, Entry entry);

    /**
     * Every readable record of the activity before this offset has been delivered; what stands
     * between the last of them and here is others'. A few times a second at most while that grows,
     * after the records it speaks of.
     */
    void onScanned(long nextOffset);

    /**
     * Everything that was in the log at this time, by this node's clock, has been delivered. A few
     * times a second while the broker answers.
     */
    void onFresh(long asOfMs);

    /**
     * The following ended. Following again from the last offset delivered + 1, or from where {@link
     * #onScanned} said, loses nothing.
     *
     * @param fatal true: no later try can succeed without an operator, because the place is outside
     *     the log or a record is of a kind that this program does not know
     */
    void onFailure(boolean fatal, String why);
  }
}
