package flashsale.activity;

import flashsale.ledger.Writer;
import flashsale.model.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How far the opening of an epoch is.
 *
 * <p>Every step may be repeated. A step that failed is done again after a wait; nobody is admitted
 * before the last one.
 */
final class Opening {
  enum Step {
    /** Persist the epoch event: its number is the epoch, and the journal lets one writer win. */
    START_EPOCH,
    /** Read where Postgres stands. */
    READ_SNAPSHOT,
    /** Append EpochOpened, and fold the log from there until it comes back. */
    ANNOUNCE,
    /** Load the buyers into Redis, beside the live set. */
    LOAD,
    /** Make them the live set. */
    FLIP,
    /** A higher epoch is in Redis: fold to the log's end, to see whether it is anybody's. */
    CHECK_GARBAGE
  }

  Step step = Step.START_EPOCH;

  /** The step's effect was asked for and has not come back. */
  boolean asked;

  long notBeforeMs;

  /** The epoch being opened; {@link Writer#NONE} until it is persisted. */
  Writer writer = Writer.NONE;

  /** Buyers up to this sequence are in Postgres. */
  long storedUpTo;

  /** Buyers that the log showed after the snapshot, in order. */
  final List<UserId> recent = new ArrayList<>();

  long ticket;
  long ackedAtMs = Long.MAX_VALUE;

  /** The epoch that Redis holds, while it is checked and once it is proved to be nobody's. */
  OptionalLong foreign = OptionalLong.empty();

  OptionalLong garbage = OptionalLong.empty();

  /** Folded up to here, a foreign epoch would have shown. */
  long checkedAtOffset = Long.MAX_VALUE;

  Opening(long notBeforeMs) {
    this.notBeforeMs = notBeforeMs;
  }

  void go(Step next) {
    step = next;
    asked = false;
    ackedAtMs = Long.MAX_VALUE;
  }

  void againAt(long timeMs) {
    asked = false;
    notBeforeMs = timeMs;
  }

  /** The ledger shows this epoch: from here on a higher one ends this actor. */
  boolean announced() {
    return step.compareTo(Step.ANNOUNCE) > 0;
  }
}
