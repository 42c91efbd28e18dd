package flashsale.ledger;

import java.util.Objects;

/**
 * The pure fold over an activity's sales log: what is sold, and who may sell next.
 *
 * <p>The same code runs in the actor, the projection, the simulation and the tests, so they cannot
 * disagree. A few numbers, however many buyers. Three rules, of which each says when an entry is
 * accepted; otherwise it is void:
 *
 * <pre>
 * EpochOpened(w, stock)  w.epoch > writer.epoch                      → writer = w, seq = 0, stock = max(stock, sold)
 * Sold(w, s, items)      w = writer, not closed, s = seq + 1,
 *                        sold + |items| ≤ stock                      → items get sequences sold + 1 …
 * Closed(w)              w = writer                                  → closed, for good
 * </pre>
 *
 * <p>After an accepted {@code EpochOpened(e)} nothing of an older writer can be accepted, so what
 * was folded up to it is final. A void batch leaves a gap that voids all later ones of its epoch,
 * so several may be in flight.
 */
public record Ledger(Writer writer, long seq, long sold, long stock, boolean closed) {
  public static final Ledger EMPTY = new Ledger(Writer.NONE, 0, 0, 0, false);

  public Ledger {
    Objects.requireNonNull(writer);
    if (seq < 0 || sold < 0 || stock < sold) {
      throw new IllegalArgumentException(
          "ledger: seq "
              + seq
              + ", sold "
              + sold
              + ", stock "
              + stock
              + " (expected: 0 <= seq, 0 <= sold <= stock)");
    }
  }

  /** What one entry did. {@code next} equals the ledger before it when it was void. */
  public record Folded(Ledger next, boolean accepted) {}

  public Folded fold(Entry entry) {
    return switch (entry) {
      case Entry.EpochOpened opened when opened.writer().epoch() > writer.epoch() ->
          accepted(new Ledger(opened.writer(), 0, sold, Math.max(opened.stock(), sold), closed));
      case Entry.Sold batch when maySell(batch) ->
          accepted(new Ledger(writer, batch.seq(), sold + batch.items().size(), stock, closed));
      case Entry.Closed close when close.writer().equals(writer) ->
          accepted(new Ledger(writer, seq, sold, stock, true));
      default -> new Folded(this, false);
    };
  }

  private boolean maySell(Entry.Sold batch) {
    return batch.writer().equals(writer)
        && !closed
        && batch.seq() == seq + 1
        && sold + batch.items().size() <= stock;
  }

  private static Folded accepted(Ledger next) {
    return new Folded(next, true);
  }

  public long epoch() {
    return writer.epoch();
  }

  public boolean soldOut() {
    return sold == stock;
  }
}
