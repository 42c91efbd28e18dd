package flashsale.gateway;

/**
 * Every error the gateway can answer: the {@code code} that programs may rely on, its status, and a
 * title for people.
 */
enum ProblemCode {
  ALREADY_PURCHASED(409, "already-purchased", "You have it already"),
  CLOSED(410, "closed", "The activity is closed"),
  PAUSED(503, "paused", "The activity is paused"),
  NOT_OPEN(409, "not-open", "The activity is not open yet"),
  SOLD_OUT(409, "sold-out", "Sold out"),
  UNAVAILABLE(503, "unavailable", "Try again"),
  NOT_PURCHASED(404, "not-purchased", "Nothing was bought"),

  ACTIVITY_EXISTS(409, "activity-exists", "The id is taken"),
  BELOW_SOLD(409, "below-sold", "More is sold than that"),

  UNAUTHORIZED(401, "unauthorized", "A valid token is needed"),
  FORBIDDEN(403, "forbidden", "Not allowed for this caller"),
  NOT_FOUND(404, "not-found", "Not found"),
  UNKNOWN_ACTIVITY(404, "unknown-activity", "There is no such activity"),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "Method not allowed"),
  UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "Unsupported media type"),
  PAYLOAD_TOO_LARGE(413, "payload-too-large", "The body is too long"),
  INVALID_REQUEST(400, "invalid-request", "The request is not valid"),

  REQUEST_TIMEOUT(408, "request-timeout", "The body did not arrive in time"),
  URI_TOO_LONG(414, "uri-too-long", "The URI is too long"),
  HEADERS_TOO_LARGE(431, "headers-too-large", "The headers are too long"),
  INTERNAL(500, "internal", "Internal error");

  private final int status;
  private final String code;
  private final String title;

  ProblemCode(int status, String code, String title) {
    this.status = status;
    this.code = code;
    this.title = title;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String title() {
    return title;
  }

  /** The problem type of RFC 9457 §3.1.1: a name, not a place to look at. */
  String type() {
    return "urn:flashsale:problem:" + code;
  }
}
