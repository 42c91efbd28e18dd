package flashsale.activity;

import flashsale.model.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait, and for what. Nobody waits longer than {@code claim-wait-max}.
 *
 * <pre>
 * queue    for the next call of the claim script
 * held     Redis has none left; for the ledger to say that it is sold out, or not
 * refused  no buyer as far as Redis knows; for a tail that is fresh enough to say so
 * </pre>
 */
final class WaitingLine {
  /** No buyer as far as Redis knows, and the answer to that. */
  private record Refused(Waiting waiting, Answer answer) {}

  private final Turn turn;
  private final long waitMaxMs;
  private final Deque<Waiting> queue = new ArrayDeque<>(0);
  private final Deque<Waiting> held = new ArrayDeque<>(0);
  private final Deque<Refused> refused = new ArrayDeque<>(0);

  WaitingLine(Turn turn, long waitMaxMs) {
    this.turn = turn;
    this.waitMaxMs = waitMaxMs;
  }

  void add(Waiting waiting) {
    queue.addLast(waiting);
  }

  void hold(Waiting waiting) {
    held.addLast(waiting);
  }

  void refuse(Waiting waiting, Answer answer) {
    refused.addLast(new Refused(waiting, answer));
  }

  boolean isHeld(UserId user) {
    return held.stream().anyMatch(waiting -> waiting.user().equals(user));
  }

  boolean queueIsEmpty() {
    return queue.isEmpty();
  }

  boolean holdsAnybody() {
    return !held.isEmpty();
  }

  int queued() {
    return queue.size();
  }

  boolean isEmpty() {
    return queue.isEmpty() && held.isEmpty() && refused.isEmpty();
  }

  int size() {
    return queue.size() + held.size() + refused.size();
  }

  /** Takes the first of the queue. */
  List<Waiting> take(int max) {
    int size = Math.min(queue.size(), max);
    List<Waiting> taken = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      taken.add(queue.removeFirst());
    }
    return taken;
  }

  List<Waiting> takeQueue() {
    return take(queue.size());
  }

  List<Waiting> takeHeld() {
    List<Waiting> all = List.copyOf(held);
    held.clear();
    return all;
  }

  List<Waiting> takeRefused() {
    List<Waiting> all = refused.stream().map(Refused::waiting).toList();
    refused.clear();
    return all;
  }

  /** They have waited before: they go to the front of the queue, in this order. */
  void putBack(List<Waiting> waiting) {
    for (int i = waiting.size() - 1; i >= 0; i--) {
      queue.addFirst(waiting.get(i));
    }
  }

  /**
   * Tells those who are no buyers as of the log's end a moment ago.
   *
   * @param freshAsOfMs of whom only this is asked, what they bought, must have asked before
   */
  void tellRefused(long freshAsOfMs) {
    Iterator<Refused> all = refused.iterator();
    while (all.hasNext()) {
      Refused one = all.next();
      if (one.waiting.isClaim() || one.waiting.sinceMs() <= freshAsOfMs) {
        turn.tell(one.waiting, one.answer);
        all.remove();
      }
    }
  }

  /** Whoever waited long enough is told to try again. */
  void expire() {
    expire(queue);
    expire(held);
    while (!refused.isEmpty() && turn.now() >= deadline(refused.getFirst().waiting)) {
      turn.tell(refused.removeFirst().waiting, new Answer.TryAgain());
    }
  }

  private void expire(Deque<Waiting> waiting) {
    while (turn.now() >= deadline(waiting.peekFirst())) {
      turn.tell(waiting.removeFirst(), new Answer.TryAgain());
    }
  }

  private long deadline(@Nullable Waiting waiting) {
    return waiting == null ? Turn.NEVER : waiting.sinceMs() + waitMaxMs;
  }

  long wakeAtMs() {
    long at = Math.min(deadline(queue.peekFirst()), deadline(held.peekFirst()));
    return refused.isEmpty() ? at : Math.min(at, deadline(refused.getFirst().waiting));
  }
}
