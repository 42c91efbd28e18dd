package flashsale.saleslog;

import flashsale.model.ActivityId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One following of one activity: what it has been given, and what it waits for.
 *
 * <p>First it <em>catches up</em>: it is given the range that it missed, while what the tail shows
 * is held. Then it is <em>live</em>. An offset is never given twice and never out of order.
 * Everything but {@link #cancel()} and {@link #hasEnded()} happens on the tail's thread.
 */
final class Follower implements SalesLog.Subscription {
  private static final Logger log = LoggerFactory.getLogger(Follower.class);

  private final ActivityId activity;
  private final TopicPartition partition;
  private final SalesLog.Listener listener;
  private final Consumer<Follower> onEnd;
  private final int heldMax;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Deque<Located> held = new ArrayDeque<>();
  private long next;
  private boolean live;

  /**
   * @param onEnd called once, by any thread, when nothing more is to be given
   * @param heldMax entries held while catching up; one more ends the following, not fatally
   */
  Follower(
      ActivityId activity,
      TopicPartition partition,
      long fromOffset,
      int heldMax,
      SalesLog.Listener listener,
      Consumer<Follower> onEnd) {
    this.activity = activity;
    this.partition = partition;
    this.next = fromOffset;
    this.heldMax = heldMax;
    this.listener = listener;
    this.onEnd = onEnd;
  }

  ActivityId activity() {
    return activity;
  }

  TopicPartition partition() {
    return partition;
  }

  /** Everything of its own before this offset has been given. */
  long next() {
    return next;
  }

  boolean hasEnded() {
    return ended.get();
  }

  /** A part of the range it missed, which reaches up to {@code nextOffset}. */
  void catchUp(List<Located> missed, long nextOffset) {
    missed.forEach(this::give);
    scanned(nextOffset);
  }

  /** It has been given everything before the tail's first record. */
  void goLive() {
    live = true;
    while (!held.isEmpty()) {
      give(held.remove());
    }
  }

  /** The tail has read this. */
  void show(Located read) {
    if (live) {
      give(read);
    } else if (held.size() >= heldMax) {
      fail(false, "entries held while catching up: more (expected: <= " + heldMax + ")");
    } else {
      held.add(read);
    }
  }

  /** Everything before {@code nextOffset} has been read, and held or given. */
  void shownUpTo(long nextOffset) {
    if (live) {
      scanned(nextOffset);
    }
  }

  /** It has been given all that is its own before {@code nextOffset}. */
  private void scanned(long nextOffset) {
    if (!hasEnded() && nextOffset > next) {
      next = nextOffset;
      guarded(() -> listener.onScanned(nextOffset));
    }
  }

  /** Everything that was in the log at that time has been read, and held or given. */
  void freshAsOf(long asOfMs) {
    if (live && !hasEnded()) {
      guarded(() -> listener.onFresh(asOfMs));
    }
  }

  private void give(Located read) {
    if (hasEnded() || read.offset() < next) {
      return;
    }
    next = read.offset() + 1;
    guarded(() -> listener.onEntry(read.offset(), read.timestampMs(), read.entry()));
  }

  /** A listener that throws has missed something, so it must follow again. */
  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.atError().addKeyValue("activityId", activity).setCause(e).log("listener failed");
      fail(false, "the listener failed: " + e);
    }
  }

  /** One that could not be told, because there was no memory left for it, has not ended. */
  void fail(boolean fatal, String why) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      listener.onFailure(fatal, why);
    } catch (RuntimeException e) {
      log.atError().addKeyValue("activityId", activity).setCause(e).log("listener failed");
    } catch (Error e) {
      ended.set(false);
      throw e;
    }
    onEnd.accept(this);
  }

  @Override
  public void cancel() {
    if (ended.compareAndSet(false, true)) {
      onEnd.accept(this);
    }
  }
}
