package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.model.UserId;
import flashsale.stock.ClaimCall;
import java.util.List;
import java.util.OptionalLong;

/** Everything an activity's core can ask of the world. Each says which {@link Input}s come back. */
sealed interface Effect {

  record Tell(Asker to, Answer answer) implements Effect {}

  /** → JournalReplayed or JournalFailed. */
  record ReplayJournal() implements Effect {}

  /** → JournalWritten or JournalFailed. */
  record WriteJournal(JournalEvent event) implements Effect {}

  /** → Judged or JudgeFailed. The same number again means the very same call again. */
  record Judge(long callNo, ClaimCall call) implements Effect {}

  /** → Appended or AppendFailed. */
  record Append(long ticket, Entry entry) implements Effect {}

  /**
   * Ends an earlier following. → LogRead, TailFresh, FollowFailed with this number, until the next
   * one.
   */
  record Follow(long following, long fromOffset) implements Effect {}

  /** → SnapshotRead or SnapshotFailed. */
  record ReadSnapshot() implements Effect {}

  /**
   * Hands Redis over to a new epoch as it is, if it holds exactly what the ledger says of the
   * previous one. → AdoptDone or AdoptFailed.
   */
  record Adopt(Ledger previous, long epoch, long stock) implements Effect {}

  /**
   * Loads Redis with the buyers up to sequence {@code storedUpTo}, which are in Postgres, and
   * {@code recent}, which may not be. → Loaded or LoadFailed.
   */
  record Load(long epoch, long storedUpTo, List<UserId> recent) implements Effect {}

  /** → FlipDone or FlipFailed. */
  record Flip(long epoch, long sold, long stock, OptionalLong garbage) implements Effect {}

  /** Nobody asked for a while: let the shard send {@link Input.Drain}. */
  record Passivate() implements Effect {}

  /** This incarnation is over. */
  record Stop(String why) implements Effect {}

  /** Somebody has to look at this. */
  record Alarm(String what) implements Effect {}

  /** Worth a line in the log. */
  record Note(String what) implements Effect {}
}
