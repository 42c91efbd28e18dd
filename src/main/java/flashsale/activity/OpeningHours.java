package flashsale.activity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether the activity may be bought from: its times, and what operators decided.
 *
 * <p>The clock only proposes to open and to close. That it was open is a fact once the log has a
 * sale, closed when the log says so.
 */
final class OpeningHours {
  private final Turn turn;
  private final JournalBook journal;
  private final LogView log;
  private final long aheadMs;
  private long getsReadyAtMs = Turn.NEVER;
  private boolean closing;

  /**
   * @param aheadMs so long before the opening time an epoch is opened, so that nobody waits for it
   */
  OpeningHours(Turn turn, JournalBook journal, LogView log, long aheadMs) {
    this.turn = turn;
    this.journal = journal;
    this.log = log;
    this.aheadMs = aheadMs;
  }

  /** Why nobody may buy now, in order of precedence; null: they may. */
  @Nullable Answer refusal() {
    JournalState state = journal.state();
    if (log.ledger().closed()) {
      return new Answer.Closed();
    }
    if (state.closed() || isClosingTime()) {
      // CLOSED is final, so only the log says it: a clock may be fast, and Postgres lose a commit.
      return new Answer.TryAgain();
    }
    if (state.paused()) {
      return new Answer.Paused();
    }
    Instant opensAt = state.activity().opensAt();
    return isBeforeOpening() && opensAt != null ? new Answer.NotOpen(opensAt) : null;
  }

  /** NOT OPEN, if that is what a claim is told now. */
  @Nullable Answer beforeOpening() {
    return refusal() instanceof Answer.NotOpen notOpen ? notOpen : null;
  }

  /** Nothing can have been sold yet, so no book need be opened to know it. */
  boolean isBeforeFirstEpoch() {
    return !journal.state().opened() && isBeforeOpening();
  }

  /** Where something is sold, a slow clock does not take back that it was open. */
  private boolean isBeforeOpening() {
    JournalState state = journal.state();
    Instant opensAt = state.activity().opensAt();
    return log.ledger().sold() == 0
        && !state.closed()
        && opensAt != null
        && turn.now() < opensAt.toEpochMilli();
  }

  private boolean isClosingTime() {
    Instant closesAt = journal.state().activity().closesAt();
    return closesAt != null && turn.now() >= closesAt.toEpochMilli();
  }

  /** Expects an opening time that is still to come; one that has passed waits for a shopper. */
  void begin() {
    Instant opensAt = journal.state().activity().opensAt();
    if (isBeforeOpening() && opensAt != null) {
      getsReadyAtMs = opensAt.toEpochMilli() - aheadMs;
    }
  }

  /** Whether it is time to open an epoch, so that all is ready at the opening time; once. */
  boolean isTimeToGetReady() {
    if (turn.now() < getsReadyAtMs) {
      return false;
    }
    Answer refusal = refusal();
    Instant opensAt = journal.state().activity().opensAt();
    boolean mayResume = refusal instanceof Answer.Paused && isBeforeOpening();
    getsReadyAtMs = mayResume && opensAt != null ? opensAt.toEpochMilli() : Turn.NEVER;
    return refusal == null || refusal instanceof Answer.NotOpen;
  }

  /** Whether it is time to close; once. */
  boolean isTimeToClose() {
    if (!mayClose() || !isClosingTime()) {
      return false;
    }
    closing = true;
    return true;
  }

  private boolean mayClose() {
    return journal.state().exists()
        && !closing
        && !journal.state().closed()
        && !journal.isWriting();
  }

  long wakeAtMs() {
    Instant closesAt = mayClose() ? journal.state().activity().closesAt() : null;
    return closesAt == null ? getsReadyAtMs : Math.min(getsReadyAtMs, closesAt.toEpochMilli());
  }
}
