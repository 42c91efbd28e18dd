package flashsale.gateway;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Times of the contract: RFC 3339 on the outside, milliseconds since 1970 on the wire.
 *
 * <p>On the wire 0 means "none", so the first instant that can be named is one millisecond later.
 */
final class Times {
  static final String EXPECTED = "an RFC 3339 time after 1970, like 2026-11-11T00:00:00Z";

  /** {@code 2026-11-11T00:00:00Z} is the shortest there is. */
  private static final int CHARACTERS_MIN = 20;

  private static final int SECONDS_COLON = 16;
  private static final DateTimeFormatter UTC_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  /** In UTC with milliseconds: {@code 2026-11-11T00:00:00.000Z}. */
  static String format(long epochMillis) {
    return UTC_MILLIS.format(Instant.ofEpochMilli(epochMillis));
  }

  /**
   * Returns the milliseconds since 1970 of a time with any offset, or nothing when it is no such
   * time. What is finer than a millisecond is cut off.
   */
  static OptionalLong parse(String text) {
    // RFC 3339 §5.6 wants four digits of year and the seconds; the JDK's parser is laxer.
    if (text.length() < CHARACTERS_MIN
        || !Character.isDigit(text.charAt(0))
        || text.charAt(SECONDS_COLON) != ':') {
      return OptionalLong.empty();
    }
    try {
      long epochMillis = OffsetDateTime.parse(text).toInstant().toEpochMilli();
      return epochMillis > 0 ? OptionalLong.of(epochMillis) : OptionalLong.empty();
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }
}
