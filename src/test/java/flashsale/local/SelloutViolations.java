package flashsale.local;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong, one sentence each, with a few examples of whom it hit. */
public final class SelloutViolations {
  private static final int EXAMPLES_MAX = 5;

  private final List<String> found = new ArrayList<>();

  /** Adds a sentence about these shoppers, unless there are none. */
  public void shoppers(String what, List<String> who) {
    if (!who.isEmpty()) {
      String examples = String.join(", ", who.subList(0, Math.min(who.size(), EXAMPLES_MAX)));
      String more = who.size() > EXAMPLES_MAX ? ", …" : "";
      String noun = who.size() == 1 ? " shopper: " : " shoppers: ";
      found.add(who.size() + noun + what + ": " + examples + more);
    }
  }

  /** Adds a sentence unless the two are equal. */
  public void unlessEqual(String what, long actual, long expected) {
    if (actual != expected) {
      found.add(what + ": " + actual + " (expected: " + expected + ")");
    }
  }

  /** Adds a sentence. */
  public void add(String sentence) {
    found.add(sentence);
  }

  /** All of them, in the order in which they were found. */
  public List<String> found() {
    return List.copyOf(found);
  }
}
