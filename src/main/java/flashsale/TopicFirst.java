package flashsale;

import flashsale.ledger.Entry;
import flashsale.model.ActivityId;
import flashsale.saleslog.SalesLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The sales log, written only when its topic is known to be ours.
 *
 * <p>A broker makes a topic that a producer asks for, with a partition count of its own choosing,
 * and that count cannot be taken back. Reading makes no topic.
 */
record TopicFirst(SalesLog log, CompletableFuture<?> topic) implements SalesLog {
  @Override
  public CompletionStage<Long> append(ActivityId activity, Entry entry) {
    boolean ours = topic.isDone() && !topic.isCompletedExceptionally();
    return ours
        ? log.append(activity, entry)
        : CompletableFuture.failedStage(
            new IllegalStateException("the sales log's topic is not there yet"));
  }

  @Override
  public Subscription follow(ActivityId activity, long fromOffset, Listener listener) {
    return log.follow(activity, fromOffset, listener);
  }
}
