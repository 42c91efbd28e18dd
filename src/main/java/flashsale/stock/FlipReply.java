package flashsale.stock;

/** What the flip script said. */
public sealed interface FlipReply {
  /** Redis now is at (epoch, seq 0), or was already. */
  record Flipped() implements FlipReply {}

  /** A higher epoch is stored; nothing was written. */
  record Fenced(long storedEpoch) implements FlipReply {}

  /** The loaded set does not have as many buyers as are sold; nothing was written. */
  record Miscounted(long loaded) implements FlipReply {}
}
