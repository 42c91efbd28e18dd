package flashsale.gateway;

/** What became of a request's body: what it says, or why it says nothing. */
sealed interface Parsed<T> {
  record Good<T>(T value) implements Parsed<T> {}

  record Bad<T>(Problem problem) implements Parsed<T> {}
}
