package flashsale.activity;

/**
 * Sees to it that the log's tail shows what was acked, and that it says anything at all.
 *
 * <p>A record that was acked and is not seen restarts a tail that does not move; after some
 * restarts the epoch is given up. The patience doubles each time, because a tail may wait for its
 * turn to read what it missed. A tail that does not even say how fresh it is may be lost, and no
 * acked record would tell: it is restarted too.
 */
final class TailWatch {
  /** How often acked records may stay unseen before the epoch is given up. */
  private static final int RESTARTS_MAX = 3;

  /** Up to this often the patience with a tail that does not move doubles: from 2 s to 16 s. */
  private static final int PATIENCE_DOUBLINGS_MAX = 3;

  /** So long a tail may say nothing at all. */
  private static final long SILENCE_MS = 10_000;

  private final Turn turn;
  private final LogView log;
  private final Opening opening;
  private final Claims claims;
  private final CloseMark closeMark;
  private final long patienceMs;
  private int restarts;

  TailWatch(
      Turn turn,
      LogView log,
      Opening opening,
      Claims claims,
      CloseMark closeMark,
      long patienceMs) {
    this.turn = turn;
    this.log = log;
    this.opening = opening;
    this.claims = claims;
    this.closeMark = closeMark;
    this.patienceMs = patienceMs;
  }

  /** It showed what was awaited, or something else is awaited from now on. */
  void isContent() {
    restarts = 0;
  }

  /** Follows again if it is time. Returns false when that no longer helps the open epoch. */
  boolean restartIfDue() {
    log.retryIfDue();
    if (turn.now() >= silentAtMs()) {
      turn.note("the tail is silent: following again from offset " + (log.folded() + 1));
      log.follow();
    }
    if (turn.now() < givenUpAtMs()) {
      return true;
    }
    claims.waitAgain();
    closeMark.waitAgain();
    restarts++;
    if (!opening.isDone()) {
      opening.appendAgain();
    } else if (restarts > RESTARTS_MAX) {
      return false;
    }
    turn.note("restarting the tail at offset " + (log.folded() + 1));
    log.follow();
    return true;
  }

  long wakeAtMs() {
    return Math.min(log.wakeAtMs(), Math.min(silentAtMs(), givenUpAtMs()));
  }

  /** {@link Turn#NEVER} when no word of it is needed. */
  private long silentAtMs() {
    boolean needed = opening.isDone() && ackedSinceMs() == Turn.NEVER;
    return needed ? log.silentAtMs(SILENCE_MS) : Turn.NEVER;
  }

  /** {@link Turn#NEVER} when no acked record is awaited. */
  private long givenUpAtMs() {
    long ackedSinceMs = ackedSinceMs();
    if (ackedSinceMs == Turn.NEVER) {
      return Turn.NEVER;
    }
    long patience = patienceMs << Math.min(restarts, PATIENCE_DOUBLINGS_MAX);
    return Math.max(ackedSinceMs, log.movedAtMs()) + patience;
  }

  private long ackedSinceMs() {
    return opening.isDone()
        ? Math.min(claims.ackedSinceMs(), closeMark.ackedSinceMs())
        : opening.ackedSinceMs();
  }
}
