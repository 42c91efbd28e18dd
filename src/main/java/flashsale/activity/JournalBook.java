package flashsale.activity;

import org.jspecify.annotations.Nullable;

/**
 * The core's view of its journal: one write at a time, and none is believed before the journal says
 * so.
 *
 * <p>The journal is read again before each write. Its key lets one writer win a sequence number,
 * but a Postgres that lost commits gives numbers away twice: whoever wrote on from what it
 * remembers would write after events that it never saw. A write that failed may have taken place;
 * only a replay tells, and until then nothing else is written.
 */
final class JournalBook {
  /** What a replay showed. */
  enum Replay {
    FIRST,
    /** Nothing was written in between; a write under way is made, or made again. */
    UNCHANGED,
    /** The write under way had taken place. */
    WRITTEN,
    /** Somebody else wrote: this actor is not the one any more. */
    TAKEN_OVER
  }

  private final Turn turn;
  private final long incarnation;
  private final Backoff backoff;
  private JournalState state = JournalState.EMPTY;
  private boolean loaded;
  private boolean down;
  private long downSinceMs;
  private boolean checking;
  private long checkedAtMs = Long.MIN_VALUE;
  private long writingSinceMs;
  private @Nullable JournalEvent writing;
  private long retryAtMs = Turn.NEVER;

  JournalBook(Turn turn, long incarnation, Backoff backoff) {
    this.turn = turn;
    this.incarnation = incarnation;
    this.backoff = backoff;
  }

  JournalState state() {
    return state;
  }

  /** It has been failing, or writing one event, for longer than a hiccup. */
  boolean isHeldUp() {
    return down && turn.now() - downSinceMs >= Backoff.HICCUP_MS
        || writing != null && turn.now() - writingSinceMs >= Backoff.HICCUP_MS;
  }

  /** It failed when it was asked last. */
  boolean isDown() {
    return down;
  }

  boolean isWriting() {
    return writing != null;
  }

  void write(JournalEvent event) {
    writing = event;
    writingSinceMs = turn.now();
    if (checkedAtMs == turn.now()) {
      turn.emit(new Effect.WriteJournal(event));
    } else {
      check();
    }
  }

  /** Has the journal read again. */
  void check() {
    if (!down && !checking) {
      checking = true;
      turn.emit(new Effect.ReplayJournal());
    }
  }

  /** It was read at that time or later, and nobody else had written. */
  boolean isCheckedSince(long ms) {
    return checkedAtMs >= ms;
  }

  void written(JournalEvent event, long seqNr) {
    writing = null;
    backoff.reset();
    state = state.with(event, seqNr);
  }

  void failed() {
    checking = false;
    downSinceMs = down ? downSinceMs : turn.now();
    down = true;
    retryAtMs = turn.now() + backoff.next();
  }

  /**
   * Takes a replay. After {@link Replay#WRITTEN} the caller still has to take the write itself:
   * {@link #writing()}.
   */
  Replay replayed(JournalState replayed) {
    down = false;
    checking = false;
    checkedAtMs = turn.now();
    retryAtMs = Turn.NEVER;
    if (!loaded) {
      loaded = true;
      backoff.reset();
      state = replayed;
      return Replay.FIRST;
    }
    if (replayed.seqNr() == state.seqNr() && replayed.writtenBy() == state.writtenBy()) {
      if (writing != null) {
        turn.emit(new Effect.WriteJournal(writing));
      }
      return Replay.UNCHANGED;
    }
    boolean mine = replayed.seqNr() == state.seqNr() + 1 && replayed.writtenBy() == incarnation;
    return mine && writing != null ? Replay.WRITTEN : Replay.TAKEN_OVER;
  }

  @Nullable JournalEvent writing() {
    return writing;
  }

  void retryIfDue() {
    if (turn.now() >= retryAtMs) {
      retryAtMs = Turn.NEVER;
      turn.emit(new Effect.ReplayJournal());
    }
  }

  long wakeAtMs() {
    return retryAtMs;
  }
}
