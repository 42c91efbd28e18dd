package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.model.Activity;
import flashsale.model.UserId;
import flashsale.stock.AdoptReply;
import flashsale.stock.ClaimReply;
import flashsale.stock.FlipReply;
import java.util.List;

/** Everything that can happen to an activity's core. */
sealed interface Input {

  // Asked from outside.

  /** Something that waits in the queue and goes to Redis in a batch. */
  sealed interface Ask extends Input {
    UserId user();

    Asker asker();
  }

  record Claim(UserId user, Asker asker) implements Ask {}

  /** Asked together. */
  record Asks(List<Ask> asks) implements Input {}

  record FindPurchase(UserId user, Asker asker) implements Ask {}

  record Look(Asker asker) implements Input {}

  /** A change by an operator; one at a time. */
  sealed interface Change extends Input {
    Asker asker();
  }

  record Create(Activity activity, Asker asker) implements Change {}

  record Pause(Asker asker) implements Change {}

  record Resume(Asker asker) implements Change {}

  record Close(Asker asker) implements Change {}

  record SetStock(long stock, Asker asker) implements Change {}

  /** Rebuild Redis, whatever it says. */
  record Repair(Asker asker) implements Change {}

  /** Decide what is under way, take nothing more, then stop. */
  record Drain() implements Input {}

  /** The time that {@link ActivityCore#wakeAtMs()} named has come. */
  record Wake() implements Input {}

  // Results of effects.

  record JournalReplayed(JournalState state) implements Input {}

  record JournalWritten(JournalEvent event, long seqNr) implements Input {}

  /** The journal stopped; whether a write under way took place is not known. */
  record JournalFailed() implements Input {}

  record Judged(long callNo, ClaimReply reply) implements Input {}

  record JudgeFailed(long callNo) implements Input {}

  record SnapshotRead(RecoverySource.Snapshot snapshot) implements Input {}

  record SnapshotFailed() implements Input {}

  record AdoptDone(long epoch, AdoptReply reply) implements Input {}

  record AdoptFailed(long epoch) implements Input {}

  record Loaded(long epoch) implements Input {}

  record LoadFailed(long epoch) implements Input {}

  record FlipDone(long epoch, FlipReply reply) implements Input {}

  record FlipFailed(long epoch) implements Input {}

  record Appended(long ticket, long offset) implements Input {}

  /** In doubt: the record may be in the log, now or later. */
  record AppendFailed(long ticket) implements Input {}

  record LogRead(long following, long offset, long timestampMs, Entry entry) implements Input {}

  /** Every record of the activity before this offset was read; after the reads it speaks of. */
  record TailScanned(long following, long nextOffset) implements Input {}

  record TailFresh(long following, long asOfMs) implements Input {}

  record FollowFailed(long following, boolean fatal, String why) implements Input {}
}
