package flashsale.activity;

import flashsale.model.Product;
import flashsale.stock.ClaimCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The call of the claim script that is under way, and whom it is for. */
final class Judging {
  final long callNo;
  final ClaimCall call;
  final List<Waiting> batch;
  final Product product;
  private final @Nullable Answer refusal;

  int failures;
  long againAtMs = Turn.NEVER;

  Judging(
      long callNo, ClaimCall call, List<Waiting> batch, Product product, @Nullable Answer refusal) {
    this.callNo = callNo;
    this.call = call;
    this.batch = batch;
    this.product = product;
    this.refusal = refusal;
  }

  /** What a shopper who is no buyer is told. */
  Answer refusal() {
    return refusal == null ? new Answer.TryAgain() : refusal;
  }
}
