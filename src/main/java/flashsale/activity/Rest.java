package flashsale.activity;

/** When this incarnation may go: nobody asked it anything for a while, or it was told to. */
final class Rest {
  private final Turn turn;
  private final long drainMs;
  private long lastAskedMs;
  private boolean passivating;
  private long drainedByMs = Turn.NEVER;

  Rest(Turn turn, long drainMs) {
    this.turn = turn;
    this.drainMs = drainMs;
  }

  void asked(long atMs) {
    lastAskedMs = atMs;
  }

  /** Asks the shard to drain it if nobody asked for so long. */
  void passivateAfter(long idleMs) {
    if (!passivating && turn.now() >= lastAskedMs + idleMs) {
      passivating = true;
      turn.emit(new Effect.Passivate());
    }
  }

  /** Takes nothing more, and waits for what is under way at most as long as a claim would. */
  void drain() {
    drainedByMs = Math.min(drainedByMs, turn.now() + drainMs);
  }

  boolean isDraining() {
    return drainedByMs != Turn.NEVER;
  }

  boolean isTimeUp() {
    return turn.now() >= drainedByMs;
  }

  long wakeAtMs(long idleMs) {
    return passivating ? drainedByMs : Math.min(drainedByMs, lastAskedMs + idleMs);
  }
}
