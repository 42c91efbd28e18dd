package flashsale.stock;

import java.util.List;

/** What the claim script said. Everything but {@link Decided} means that it wrote nothing. */
public sealed interface ClaimReply {

  /**
   * One verdict per ask, in the order of the asks. Anybody nominated: the seq is used up; nobody:
   * it is not.
   */
  record Decided(List<Verdict> verdicts) implements ClaimReply {}

  /** Redis knows nothing of the activity. */
  record Lost() implements ClaimReply {}

  /** Redis is held by another epoch. */
  record Fenced(long storedEpoch) implements ClaimReply {}

  /**
   * Redis is behind or ahead of the caller in the caller's own epoch: a stale replica took over.
   */
  record Rewound(long storedSeq) implements ClaimReply {}

  /** The counts contradict the caller's, or the seq was used with other arguments. */
  record Corrupt(String why) implements ClaimReply {}

  enum Verdict {
    /** New, and there was stock. */
    NOMINATED,
    /** In the set of buyers already, or nominated earlier in this very call. */
    DUPLICATE,
    /** Not a buyer, and nothing is left. */
    NONE_LEFT,
    /** Not a buyer; the ask did not want to be nominated. */
    NOT_A_BUYER
  }
}
