package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.model.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The batches that Redis nominated and the log has not decided, oldest first.
 *
 * <p>A batch leaves in exactly two ways: the ledger accepted it, or it is proved that the ledger
 * never can.
 */
final class UnderWay {
  private enum State {
    SENT,
    ACKED,
    /** Has to be appended again. */
    MISSING
  }

  /**
   * One batch; {@code waiting} are those who asked for its items, {@code followers} the same
   * shoppers asking again.
   */
  static final class Batch {
    final Entry.Sold entry;
    final List<Waiting> waiting;
    final List<Waiting> followers = new ArrayList<>();
    private long ticket;
    private State state = State.SENT;

    /** An append of it failed, or it came too early; until one is acked. */
    private boolean doubted;

    private long ackedAtMs;

    /** When it was appended first. */
    final long sentAtMs;

    Batch(Entry.Sold entry, List<Waiting> waiting, long sentAtMs) {
      this.entry = entry;
      this.waiting = waiting;
      this.sentAtMs = sentAtMs;
    }
  }

  // Small at first, here and in the other parts: most activities are idle.
  private final Deque<Batch> batches = new ArrayDeque<>(0);
  private final Map<UserId, Batch> byUser = new HashMap<>(1);
  private long units;

  @Nullable Batch of(UserId user) {
    return byUser.get(user);
  }

  void add(Batch batch, long ticket) {
    batch.ticket = ticket;
    batches.addLast(batch);
    units += batch.entry.items().size();
    batch.entry.items().forEach(item -> byUser.put(item.userId(), batch));
  }

  int size() {
    return batches.size();
  }

  boolean isEmpty() {
    return batches.isEmpty();
  }

  /** Claims that wait for an earlier one of the same shopper. */
  int followers() {
    int followers = 0;
    for (Batch batch : batches) {
      followers += batch.followers.size();
    }
    return followers;
  }

  /** Units nominated and undecided. */
  long units() {
    return units;
  }

  /** Takes the oldest batch if this entry is it. */
  @Nullable Batch takeIfFirst(Entry.Sold entry) {
    Batch first = batches.peekFirst();
    if (first == null || !isSame(first, entry)) {
      return null;
    }
    batches.removeFirst();
    units -= first.entry.items().size();
    forget(first);
    return first;
  }

  /** Takes all: none of them can be accepted any more. */
  List<Batch> takeAll() {
    List<Batch> all = List.copyOf(batches);
    batches.clear();
    byUser.clear();
    units = 0;
    return all;
  }

  private void forget(Batch batch) {
    for (Entry.Item item : batch.entry.items()) {
      byUser.remove(item.userId());
    }
  }

  void acked(long ticket, long nowMs) {
    Batch batch = byTicket(ticket);
    if (batch != null && batch.state == State.SENT) {
      batch.state = State.ACKED;
      batch.doubted = false;
      batch.ackedAtMs = nowMs;
    }
  }

  /**
   * The append failed: the batch may be in the log, now or later. Returns it if it is still
   * undecided.
   */
  @Nullable Batch failed(long ticket) {
    Batch batch = byTicket(ticket);
    if (batch != null) {
      batch.state = State.MISSING;
      batch.doubted = true;
    }
    return batch;
  }

  /**
   * This batch came back void although its turn may still come: an earlier one is missing in the
   * log.
   */
  void voidForNow(Entry.Sold entry) {
    for (Batch batch : batches) {
      if (isSame(batch, entry)) {
        batch.state = State.MISSING;
        batch.doubted = true;
      }
    }
  }

  private static boolean isSame(Batch batch, Entry.Sold entry) {
    return batch.entry.seq() == entry.seq() && batch.entry.writer().equals(entry.writer());
  }

  private @Nullable Batch byTicket(long ticket) {
    for (Batch batch : batches) {
      if (batch.ticket == ticket) {
        return batch;
      }
    }
    return null;
  }

  /** Whether the log can be written is not known, also while it is being tried. */
  boolean inDoubt() {
    for (Batch batch : batches) {
      if (batch.doubted) {
        return true;
      }
    }
    return false;
  }

  private boolean any(State state) {
    for (Batch batch : batches) {
      if (batch.state == state) {
        return true;
      }
    }
    return false;
  }

  /** Some are missing, and no append is under way: everything may be appended again, in order. */
  boolean canAppendAgain() {
    return any(State.MISSING) && !any(State.SENT);
  }

  /** All batches, oldest first, each to be appended again, unchanged, under a new ticket. */
  Iterable<Batch> again() {
    return batches;
  }

  void sentAgain(Batch batch, long ticket) {
    batch.ticket = ticket;
    batch.state = State.SENT;
  }

  /**
   * When the oldest acked and still unseen batch was acked; {@link Long#MAX_VALUE} when there is
   * none.
   */
  long ackedSinceMs() {
    long since = Long.MAX_VALUE;
    for (Batch batch : batches) {
      if (batch.state == State.ACKED) {
        since = Math.min(since, batch.ackedAtMs);
      }
    }
    return since;
  }

  /** Starts the patience with acked batches anew. */
  void waitAgain(long nowMs) {
    for (Batch batch : batches) {
      batch.ackedAtMs = nowMs;
    }
  }
}
