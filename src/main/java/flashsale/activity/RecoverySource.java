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
   * Reads buyers by their sequence, {@code afterSequence} exclusive, {@code upToSequence}
   * inclusive, at most {@code limit}.
   *
   * <p>Orders are only ever added at the end, so the sequences up to a snapshot's {@code sold} do
   * not change afterwards.
   */
  CompletionStage<List<UserId>> buyers(
      ActivityId activity, long afterSequence, long upToSequence, int limit);

  /** A ledger and the offset of its partition that was not yet folded into it. */
  record Snapshot(Ledger ledger, long nextOffset) {}
}
