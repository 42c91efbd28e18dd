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
  private long following;
  private long retryAtMs = Turn.NEVER;
  private long freshAsOfMs;

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

  /** Offset of the last record folded. */
  long folded() {
    return folded;
  }

  /**
   * Starts the fold anew where Postgres stands, unless that would skip entries that did something.
   *
   * <p>When Postgres is ahead, this fold goes on from its own place: what is under way may have
   * been accepted in between, and who jumps over it would never know.
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
    following++;
    turn.emit(new Effect.Follow(following, folded + 1));
  }

  /** Folds a record; null when it is an old following's or was folded before. */
  Ledger.@Nullable Folded read(Input.LogRead read) {
    if (read.following() != following || read.offset() <= folded) {
      return null;
    }
    folded = read.offset();
    Ledger.Folded result = ledger.fold(read.entry());
    ledger = result.next();
    return result;
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
