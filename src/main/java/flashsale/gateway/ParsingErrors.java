package flashsale.gateway;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * Answers what Pekko HTTP could not even read as a request, in the contract's words.
 *
 * <p>Pekko's own summary is not passed on: it names settings and addresses. Public because Pekko
 * creates it by name.
 */
public final class ParsingErrors extends ParsingErrorHandler {

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    log.debug("illegal request: {}", error.summary());
    return Answers.problem(problem(status.intValue()));
  }

  private static Problem problem(int status) {
    return switch (status) {
      case 413 -> Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "The body is longer than allowed.");
      case 414 -> Problem.of(ProblemCode.URI_TOO_LONG, "The URI is longer than allowed.");
      case 431 -> Problem.of(ProblemCode.HEADERS_TOO_LARGE, "A header is longer than allowed.");
      // The method is no token this server knows; the path was not read yet, so all there are.
      case 501 -> Problem.methodNotAllowed("GET, HEAD, POST, PUT");
      default ->
          Problem.invalid("request", "not readable as HTTP", "a well-formed HTTP/1.1 request");
    };
  }
}
