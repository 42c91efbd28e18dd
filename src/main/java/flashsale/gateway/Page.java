package flashsale.gateway;

import flashsale.model.ActivityId;
import flashsale.model.Quoted;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Uri;

/**
 * Which part of the list of activities is asked for, by {@code ?after=ID}.
 *
 * @param after the last activity of the page before; empty: the first page
 */
record Page(Optional<ActivityId> after) {
  private static final String AFTER = "after";

  /** Other parameters are not looked at. */
  static Parsed<Page> of(Uri uri) {
    List<String> given = uri.query().getAll(AFTER);
    if (given.isEmpty()) {
      return new Parsed.Good<>(new Page(Optional.empty()));
    }
    String after = given.getFirst();
    if (given.size() > 1) {
      return new Parsed.Bad<>(Problem.invalid(AFTER, "given twice", "once"));
    }
    return ActivityId.isValid(after)
        ? new Parsed.Good<>(new Page(Optional.of(new ActivityId(after))))
        : new Parsed.Bad<>(Problem.invalid(AFTER, Quoted.of(after), ActivityId.EXPECTED));
  }
}
