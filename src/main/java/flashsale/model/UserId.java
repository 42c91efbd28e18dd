package flashsale.model;

/**
 * Names one shopper: the {@code sub} of a token, 1 to 64 characters of {@code [A-Za-z0-9._@|:-]}.
 */
public record UserId(String value) {
  public static final String EXPECTED = "1 to 64 characters of A-Z, a-z, 0-9 and . _ @ | : -";

  public UserId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "userId: " + Quoted.of(value) + " (expected: " + EXPECTED + ")");
    }
  }

  public static boolean isValid(String value) {
    int length = value.length();
    if (length < 1 || length > 64) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      boolean allowed =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || "._@|:-".indexOf(c) >= 0;
      if (!allowed) {
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
