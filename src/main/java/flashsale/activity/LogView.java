package flashsale.activity;

import flashsale.ledger.Ledger;
import org.jspecify.annotations.Nullable;

/** The core's view of the sales log: the ledger folded so far, how far that is, and how fresh. */
final class LogView {
  private final Turn turn;
  private final long retryMs;
  private final long fatalRetryMs;
  private Ledger ledger = Ledger.EMPTY;
  private boolean known;
  private long folded = -1;
  private long ackedUpTo = -1;
  private long movedAtMs;
  private long following;
  private long retryAtMs = Turn.NEVER;
  private long freshAsOfMs;
  private long followedAtMs;

  LogView(Turn turn, long retryMs, long fatalRetryMs) {
    this.turn = turn;
    this.retryMs = retryMs;
    this.fatalRetryMs = fatalRetryMs;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Null until a snapshot was read. */
  @Nullable Ledger ledgerIfKnown() {
    return known ? ledger : null;
  }

  /** All of this activity's records up to this offset are folded. */
  long folded() {
    return folded;
  }

  /**
   * Starts the fold anew where Postgres stands, unless that would skip entries that did something.
   *
   * <p>When Postgres is ahead, this fold goes on from its own place: what is under way may have
   * been accepted in between, and who jumps over it would never know. Two equal ledgers mean that
   * nothing was: every record that is accepted changes the ledger for good, but for a {@code
   * Closed} that is repeated.
   */
  void startFrom(RecoverySource.Snapshot snapshot) {
    boolean skips = snapshot.nextOffset() > folded + 1 && !snapshot.ledger().equals(ledger);
    if (!known || !skips) {
      ledger = snapshot.ledger();
      known = true;
      folded = snapshot.nextOffset() - 1;
    }
    follow();
  }

  /** Follows from the record after the last one folded, which leaves no gap. */
  void follow() {
    retryAtMs = Turn.NEVER;
    followedAtMs = turn.now();
    following++;
    turn.emit(new Effect.Follow(following, folded + 1));
  }

  /** Folds a record; null when it is an old following's or was folded before. */
  Ledger.@Nullable Folded read(Input.LogRead read) {
    if (read.following() != following || read.offset() <= folded) {
      return null;
    }
    moveTo(read.offset());
    Ledger.Folded result = ledger.fold(read.entry());
    ledger = result.next();
    return result;
  }

  /**
   * The tail read on over others' records, so that the next following need not.
   *
   * <p>Nothing of this activity is skipped by it. The tail says so after it gave every record of
   * the activity before that offset, by the same thread, so they arrived here earlier and were
   * folded, each at its place. That holds for one following and the fold that it began with: {@link
   * #startFrom} may set the fold back, and what an older following says of offsets after that place
   * would jump over records that are still to be folded again. Hence only the present following is
   * listened to. Whatever is not folded for another reason (a record of an unknown kind) ends the
   * following before it says more.
   */
  void scanned(Input.TailScanned scanned) {
    if (scanned.following() == following && scanned.nextOffset() - 1 > folded) {
      moveTo(scanned.nextOffset() - 1);
    }
  }

  private void moveTo(long offset) {
    if (folded < ackedUpTo) {
      movedAtMs = turn.now();
    }
    folded = offset;
  }

  /** A record of ours is in the log at this offset. */
  void acked(long offset) {
    ackedUpTo = Math.max(ackedUpTo, offset);
  }

  /**
   * When the tail last moved on towards the last record acked. Moves beyond that do not count: an
   * acked record that is not in the log would otherwise be waited for as long as others sell.
   */
  long movedAtMs() {
    return movedAtMs;
  }

  void fresh(Input.TailFresh fresh) {
    if (fresh.following() == following) {
      freshAsOf(fresh.asOfMs());
    }
  }

  /**
   * Everything that was in the log at this time has been folded. A record of one's own that came
   * back says so too: as of when it was appended first.
   */
  void freshAsOf(long asOfMs) {
    freshAsOfMs = Math.max(freshAsOfMs, asOfMs);
  }

  /**
   * When the tail, if it says nothing more, will have been silent for so long; {@link Turn#NEVER}
   * when it was not followed yet.
   */
  long silentAtMs(long ms) {
    return known ? Math.max(followedAtMs, freshAsOfMs) + ms : Turn.NEVER;
  }

  long freshAsOfMs() {
    return freshAsOfMs;
  }

  boolean isFreshWithin(long ms) {
    return turn.now() - freshAsOfMs < ms;
  }

  boolean isFollowing(long number) {
    return number == following;
  }

  /** After a fatal failure it is hardly worth it before an operator has looked, so it waits. */
  void failed(boolean fatal) {
    retryAtMs = turn.now() + (fatal ? fatalRetryMs : retryMs);
  }

  void retryIfDue() {
    if (turn.now() >= retryAtMs) {
      follow();
    }
  }

  long wakeAtMs() {
    return retryAtMs;
  }
}
