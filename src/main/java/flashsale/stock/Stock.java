package flashsale.stock;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * The volatile book: fast, atomic, and believed only as far as the ledger agrees.
 *
 * <p>A failed stage means that nothing is known of the call: it may have been executed, or may be
 * later. Every call here may therefore be repeated unchanged. All methods return at once and are
 * safe for use by many threads.
 */
public interface Stock {

  /** Decides one batch atomically. */
  CompletionStage<ClaimReply> claim(ClaimCall call);

  /**
   * Hands Redis to this epoch, at seq 0, if it already says what the ledger says: it is at exactly
   * the previous epoch and seq, has as many buyers as are sold and as much left. Takes the same
   * time however many they are.
   *
   * @param previousEpoch the ledger's epoch before this one
   * @param previousSeq the last batch that the ledger accepted of it
   * @param previousStock units on sale in that epoch
   * @param epoch {@code > previousEpoch}
   * @param sold units sold by the ledger
   * @param stock units on sale in this epoch, {@code >= sold}; may be others than before
   */
  CompletionStage<AdoptReply> adopt(
      ActivityId activity,
      long previousEpoch,
      long previousSeq,
      long previousStock,
      long epoch,
      long sold,
      long stock);

  /** Drops whatever an earlier try loaded for this epoch; the first step of a rebuild. */
  CompletionStage<Void> beginLoad(ActivityId activity, long epoch);

  /** Adds buyers to this epoch's set, which nobody reads before the flip. */
  CompletionStage<Void> load(ActivityId activity, long epoch, List<UserId> buyers);

  /**
   * Adds one member that is no shopper for each of these sequences: they count as sold, and nobody
   * is known who has them.
   */
  CompletionStage<Void> loadPlaceholders(ActivityId activity, long epoch, List<Long> sequences);

  /**
   * Makes the loaded set the live one and hands Redis to this epoch, at seq 0.
   *
   * @param sold how many buyers must have been loaded
   * @param stock units on sale, {@code >= sold}
   * @param garbage a stored epoch above this one that the log proved to be nobody's: it may be
   *     overwritten if it is still exactly this; empty: no higher epoch may be overwritten
   */
  CompletionStage<FlipReply> flip(
      ActivityId activity, long epoch, long sold, long stock, OptionalLong garbage);

  /** Reads the book; empty when Redis knows nothing of the activity. */
  CompletionStage<Optional<RedisBook>> read(ActivityId activity);
}
