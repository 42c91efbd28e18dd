package flashsale.ledger;

/**
 * Who wrote a record: one term of one start of an activity's actor.
 *
 * <p>The incarnation tells two actors apart that hold the same epoch because the journal lost a
 * commit.
 *
 * @param epoch the journal's sequence number of the epoch event, 1 or more; 0 before the first
 * @param incarnation random, drawn at every start of an actor
 */
public record Writer(long epoch, long incarnation) {
  public static final Writer NONE = new Writer(0, 0);
}
