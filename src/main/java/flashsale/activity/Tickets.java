package flashsale.activity;

/** Numbers appends, so that each result finds its append. */
final class Tickets {
  private long last;

  long next() {
    return ++last;
  }
}
