package flashsale.model;

/**
 * Names one sale: {@code [a-z0-9][a-z0-9-]{0,62}}.
 *
 * <p>Safe as a Kafka key, inside a Redis hash tag, as a persistence id and in a URL without
 * escaping.
 */
public record ActivityId(String value) {
  public static final String EXPECTED =
      "1 to 63 characters of a-z, 0-9 and '-', beginning with a letter or digit";

  public ActivityId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "activityId: " + Quoted.of(value) + " (expected: " + EXPECTED + ")");
    }
  }

  public static boolean isValid(String value) {
    int length = value.length();
    if (length < 1 || length > 63 || value.charAt(0) == '-') {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return value;
  }
}
