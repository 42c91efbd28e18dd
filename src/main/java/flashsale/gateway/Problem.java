package flashsale.gateway;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * One error answer as a value (RFC 9457).
 *
 * @param detail what happened this time, for people
 * @param members further members of the JSON object
 * @param headers headers that belong to this error
 */
record Problem(ProblemCode code, String detail, List<Member> members, List<HttpHeader> headers) {

  /** A further member of the JSON object, beyond those of RFC 9457. */
  sealed interface Member {
    record Text(String name, String value) implements Member {}

    record Count(String name, long value) implements Member {}
  }

  Problem {
    members = List.copyOf(members);
    headers = List.copyOf(headers);
  }

  static Problem of(ProblemCode code, String detail) {
    return new Problem(code, detail, List.of(), List.of());
  }

  /** Something in the request is not as it must be; {@code actual} is already fit to be shown. */
  static Problem invalid(String field, String actual, String expected) {
    return of(ProblemCode.INVALID_REQUEST, field + ": " + actual + " (expected: " + expected + ")")
        .with("field", field)
        .with("expected", expected);
  }

  static Problem unavailable(String detail) {
    return of(ProblemCode.UNAVAILABLE, detail).retryAfter(1);
  }

  static Problem notFound() {
    return of(ProblemCode.NOT_FOUND, "There is nothing at this path.");
  }

  static Problem unknownActivity() {
    return of(ProblemCode.UNKNOWN_ACTIVITY, "There is no activity of this id.");
  }

  static Problem methodNotAllowed(String allow) {
    return of(ProblemCode.METHOD_NOT_ALLOWED, "This path allows " + allow + ".")
        .withHeader("Allow", allow);
  }

  /** No token was given. */
  static Problem tokenMissing() {
    return of(ProblemCode.UNAUTHORIZED, "A bearer token is needed.")
        .withHeader("WWW-Authenticate", "Bearer");
  }

  /** A token was given that is not good; the words of RFC 6750 §3. */
  static Problem tokenRefused(String why) {
    return of(ProblemCode.UNAUTHORIZED, "The token is refused: " + why + ".")
        .withHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }

  Problem with(String name, String value) {
    return with(new Member.Text(name, value));
  }

  Problem with(String name, long value) {
    return with(new Member.Count(name, value));
  }

  private Problem with(Member member) {
    List<Member> more = new ArrayList<>(members);
    more.add(member);
    return new Problem(code, detail, more, headers);
  }

  /** At least one second: zero would ask for a busy loop. */
  Problem retryAfter(int seconds) {
    return withHeader("Retry-After", Integer.toString(Math.max(1, seconds)));
  }

  private Problem withHeader(String name, String value) {
    List<HttpHeader> more = new ArrayList<>(headers);
    more.add(RawHeader.create(name, value));
    return new Problem(code, detail, members, more);
  }
}
