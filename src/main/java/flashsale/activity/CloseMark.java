package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.ledger.Writer;

/** The log's last word: the record Closed, appended until the ledger shows it. */
final class CloseMark {
  private final Turn turn;
  private final LogView log;
  private final Tickets tickets;
  private final Backoff backoff;
  private Writer sentBy = Writer.NONE;
  private long ticket;
  private long ackedAtMs = Turn.NEVER;
  private long retryAtMs;

  CloseMark(Turn turn, LogView log, Tickets tickets, Backoff backoff) {
    this.turn = turn;
    this.log = log;
    this.tickets = tickets;
    this.backoff = backoff;
  }

  /** Appends it unless it is there, or on its way in this epoch. */
  void appendIfDue(Writer writer) {
    if (log.ledger().closed() || sentBy.equals(writer) || turn.now() < retryAtMs) {
      return;
    }
    sentBy = writer;
    ackedAtMs = Turn.NEVER;
    ticket = tickets.next();
    turn.emit(new Effect.Append(ticket, new Entry.Closed(writer)));
  }

  /** Returns whether the ticket was this mark's. */
  boolean onAppended(long appended) {
    if (ticket != appended) {
      return false;
    }
    ackedAtMs = turn.now();
    return true;
  }

  /** Returns whether the ticket was this mark's. */
  boolean onAppendFailed(long failed) {
    if (ticket != failed) {
      return false;
    }
    sentBy = Writer.NONE;
    retryAtMs = turn.now() + backoff.next();
    return true;
  }

  /** Since when it has been acked and not seen; {@link Turn#NEVER} when it is not awaited. */
  long ackedSinceMs() {
    return log.ledger().closed() ? Turn.NEVER : ackedAtMs;
  }

  void waitAgain() {
    ackedAtMs = ackedAtMs == Turn.NEVER ? Turn.NEVER : turn.now();
  }

  long wakeAtMs() {
    return log.ledger().closed() || !sentBy.equals(Writer.NONE) ? Turn.NEVER : retryAtMs;
  }
}
