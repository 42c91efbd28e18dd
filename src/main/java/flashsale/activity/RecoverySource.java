package flashsale.activity;

import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What an actor needs of Postgres to open an epoch. Implemented by the projection, the only one
 * that speaks SQL.
 */
public interface RecoverySource {

  /**
   * Reads the activity's ledger and its partition's next offset in one snapshot of the primary.
   *
   * <p>Folding the log from {@code nextOffset} on continues exactly where the ledger stands.
   */
  CompletionStage<Snapshot> snapshot(ActivityId activity);

  /**
   * Reads who has the sequences from {@code afterSequence}, exclusive, to {@code upToSequence},
   * inclusive.
   *
   * <p>Orders are only ever added at the end, so the sequences up to a snapshot's {@code sold} do
   * not change afterwards. Postgres may still lose its last commits: then there are fewer.
   */
  CompletionStage<Buyers> buyers(ActivityId activity, long afterSequence, long upToSequence);

  /** A ledger and the offset of its partition that was not yet folded into it. */
  record Snapshot(Ledger ledger, long nextOffset) {}

  /**
   * Some orders' buyers.
   *
   * @param users in no particular order
   * @param inConflict sequences that the log sold and for which there is no order, because {@code
   *     orders} could not take it: who was sold them had bought already. Any other sequence that is
   *     missing here is not known to Postgres
   */
  record Buyers(List<UserId> users, List<Long> inConflict) {}
}
