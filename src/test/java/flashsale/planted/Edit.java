package flashsale.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A change of one place in a source file.
 *
 * @param file below {@code src}
 * @param original occurs exactly once there; white space counts as one blank, however much it is
 */
record Edit(String file, String original, String replacement) {
  private static final Path SOURCES = Path.of("src");

  static Edit main(String file, String original, String replacement) {
    return new Edit("main/java/flashsale/" + file, original, replacement);
  }

  static Edit model(String file, String original, String replacement) {
    return new Edit("test/java/flashsale/simulation/" + file, original, replacement);
  }

  static String read(String file) throws IOException {
    return Files.readString(SOURCES.resolve(file));
  }

  /** Returns the source with this change. */
  String applyTo(String source) {
    Matcher places = pattern().matcher(source);
    long found = places.results().count();
    if (found != 1) {
      throw new IllegalStateException(
          "places in " + file + ": " + found + " (expected: 1), of the text: " + original);
    }
    return places.replaceFirst(Matcher.quoteReplacement(replacement));
  }

  private Pattern pattern() {
    return Pattern.compile(
        Arrays.stream(original.strip().split("\\s+", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("\\s+")));
  }
}
