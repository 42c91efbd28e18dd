package flashsale.gateway;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import flashsale.model.Quoted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.pekko.util.ByteString;

/**
 * Reads one JSON object and nothing around it, refusing whatever was not asked for.
 *
 * <p>Unknown and repeated fields, null, a number in quotes, a fraction where a whole number
 * belongs: each is refused by the name of its field. A streaming parser, so a body costs no tree.
 */
final class StrictJson implements AutoCloseable {

  /** Not as it must be. Caught where the body's meaning is read, never passed on. */
  static final class Refused extends Exception {
    private final transient Problem problem;

    Refused(String field, String actual, String expected) {
      super(field, null, false, false);
      this.problem = Problem.invalid(field, actual, expected);
    }

    Problem problem() {
      return problem;
    }
  }

  /** Takes the value of the field {@code name}, or refuses the name by {@link #unknown}. */
  interface Fields {
    void take(String name) throws IOException, Refused;
  }

  private final JsonParser in;

  /** Path of the object being read, with a dot at its end; "" at the top. */
  private String prefix = "";

  private StrictJson(JsonParser in) {
    this.in = in;
  }

  /** What a body means, read from its fields. */
  interface Meaning<T> {
    T read(StrictJson json) throws IOException, Refused;
  }

  static <T> Parsed<T> parse(ByteString body, Meaning<T> meaning) {
    try (StrictJson json = new StrictJson(Json.FACTORY.createParser(body.toArrayUnsafe()))) {
      return new Parsed.Good<>(meaning.read(json));
    } catch (Refused e) {
      return new Parsed.Bad<>(e.problem());
    } catch (JsonProcessingException e) {
      // Its message names classes and settings; the place is all a caller can use.
      JsonLocation at = e.getLocation();
      String where = at == null ? "" : ", line " + at.getLineNr() + " column " + at.getColumnNr();
      return new Parsed.Bad<>(Problem.invalid("body", "not JSON" + where, "one JSON object"));
    } catch (IOException e) {
      // Bytes that are no UTF-8; anything else cannot go wrong in memory.
      return new Parsed.Bad<>(Problem.invalid("body", "not readable", "JSON in UTF-8"));
    }
  }

  /** The body is one object of these fields, and ends with it. */
  void wholeBody(Fields fields) throws IOException, Refused {
    JsonToken first = in.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new Refused("body", first == null ? "blank" : shown(), "one JSON object");
    }
    fieldsUpToEnd(fields);
    if (in.nextToken() != null) {
      throw new Refused("body", "more after the object", "one JSON object");
    }
  }

  /** The value is an object of these fields. */
  void object(String name, Fields fields) throws IOException, Refused {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw refused(name, "an object");
    }
    String outer = prefix;
    prefix = outer + name + ".";
    fieldsUpToEnd(fields);
    prefix = outer;
  }

  private void fieldsUpToEnd(Fields fields) throws IOException, Refused {
    Set<String> seen = new HashSet<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      if (!seen.add(name)) {
        throw new Refused(path(name), "given twice", "once");
      }
      fields.take(name);
    }
  }

  /** The value is a whole number within bounds. */
  long wholeNumber(String name, long min, long max) throws IOException, Refused {
    String expected = wholeNumberExpected(min, max);
    if (in.nextToken() != JsonToken.VALUE_NUMBER_INT) {
      throw refused(name, expected);
    }
    OptionalLong value = longValue();
    if (value.isEmpty() || value.getAsLong() < min || value.getAsLong() > max) {
      throw refused(name, expected);
    }
    return value.getAsLong();
  }

  static String wholeNumberExpected(long min, long max) {
    return min == max ? Long.toString(min) : "a whole number, %d to %d".formatted(min, max);
  }

  private OptionalLong longValue() throws IOException {
    return in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? OptionalLong.empty()
        : OptionalLong.of(in.getLongValue());
  }

  /**
   * The value is a string of 1 to {@code charactersMax} characters, not only blanks, none of them a
   * control character or half of a pair: databases and logs choke on those.
   */
  String text(String name, int charactersMax) throws IOException, Refused {
    String expected = textExpected(charactersMax);
    String value = string(name, expected);
    if (value.isBlank() || value.length() > charactersMax || !isPrintable(value)) {
      throw new Refused(path(name), Quoted.of(value), expected);
    }
    return value;
  }

  static String textExpected(int charactersMax) {
    return "a string of 1 to "
        + charactersMax
        + " characters, not only blanks, none a control character";
  }

  /** The value is a string. */
  String string(String name, String expected) throws IOException, Refused {
    if (in.nextToken() != JsonToken.VALUE_STRING) {
      throw refused(name, expected);
    }
    return in.getText();
  }

  /** The value is a time; milliseconds since 1970. */
  long time(String name) throws IOException, Refused {
    String value = string(name, Times.EXPECTED);
    OptionalLong epochMillis = Times.parse(value);
    if (epochMillis.isEmpty()) {
      throw new Refused(path(name), Quoted.of(value), Times.EXPECTED);
    }
    return epochMillis.getAsLong();
  }

  /** The refusal of a field that does not belong here. */
  Refused unknown(String name, String expected) {
    return new Refused(path(Quoted.of(name).replace("\"", "")), "unknown field", expected);
  }

  /** The refusal of a value read just now. */
  Refused refused(String name, String expected) throws IOException {
    return new Refused(path(name), shown(), expected);
  }

  private String path(String name) {
    return prefix + name;
  }

  private String shown() throws IOException {
    JsonToken token = in.currentToken();
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> {
        String text = in.getText();
        yield text.length() <= 40 ? text : text.substring(0, 40) + "…";
      }
      default -> Quoted.of(in.getText());
    };
  }

  private static boolean isPrintable(String value) {
    return value
        .codePoints()
        .noneMatch(c ->
            Character.isISOControl(c)
                || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing a parser in memory", e);
    }
  }
}
