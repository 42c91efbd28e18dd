package flashsale.stock;

/** What the adopt script said. */
public sealed interface AdoptReply {
  /** Redis now is at (epoch, seq 0) with the buyers that it had, or was already. */
  record Adopted() implements AdoptReply {}

  /** Redis does not say what the ledger says; nothing was written. It has to be rebuilt. */
  record Differs(String why) implements AdoptReply {}
}
