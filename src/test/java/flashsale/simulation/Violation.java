package flashsale.simulation;

/** A promise that was not kept; the message begins with its number: I1 to I6. */
public final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  public Violation(String promise, String what) {
    super(promise + ": " + what);
  }
}
