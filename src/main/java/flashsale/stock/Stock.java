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

  /** Drops whatever an earlier try loaded for this epoch; the first step of a rebuild. */
  CompletionStage<Void> beginLoad(ActivityId activity, long epoch);

  /** Adds buyers to this epoch's set, which nobody reads before the flip. */
  CompletionStage<Void> load(ActivityId activity, long epoch, List<UserId> buyers);

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
