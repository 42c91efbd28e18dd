package flashsale.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;

/**
 * What is read of a token's claims (RFC 7519 §4.1); times in whole seconds since
 * 1970-01-01T00:00:00Z.
 *
 * @param subject null: there is none, or it is no text
 * @param ops the claim {@code roles} is a list of texts, and one is {@code ops}
 */
record TokenClaims(
    @Nullable String subject, @Nullable Long expiry, @Nullable Long notBefore, boolean ops) {
  private static final String OPS = "ops";

  /** Takes the payload; throws when it is not one JSON object, or a time is no number. */
  static TokenClaims parse(byte[] json) throws ParseException {
    try (JsonParser in = Json.FACTORY.createParser(json)) {
      in.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      expect(in.nextToken() == JsonToken.START_OBJECT);
      String subject = null;
      Long expiry = null;
      Long notBefore = null;
      boolean ops = false;
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String name = in.currentName();
        JsonToken value = in.nextToken();
        switch (name) {
          case "sub" -> subject = value == JsonToken.VALUE_STRING ? in.getText() : null;
          case "exp" -> expiry = seconds(in);
          case "nbf" -> notBefore = seconds(in);
          case "roles" -> ops = hasOps(in);
          default -> {}
        }
        in.skipChildren();
      }
      expect(in.nextToken() == null);
      return new TokenClaims(subject, expiry, notBefore, ops);
    } catch (IOException e) {
      throw new ParseException("not a JSON object", 0);
    }
  }

  private static Long seconds(JsonParser in) throws IOException, ParseException {
    expect(in.currentToken().isNumeric());
    return in.getValueAsLong();
  }

  /** Roles that are no list of texts are no roles. Leaves the parser at the end of the list. */
  private static boolean hasOps(JsonParser in) throws IOException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      return false;
    }
    boolean ops = false;
    boolean texts = true;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      texts &= in.currentToken() == JsonToken.VALUE_STRING;
      ops |= texts && OPS.equals(in.getText());
      in.skipChildren();
    }
    return ops && texts;
  }

  private static void expect(boolean so) throws ParseException {
    if (!so) {
      throw new ParseException("not the claims of a token", 0);
    }
  }
}
