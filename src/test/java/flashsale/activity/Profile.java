package flashsale.activity;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What goes wrong in a simulated history, and how often. */
public enum Profile {
  EVERYDAY,
  ZOMBIES,
  AMBIGUOUS_LOG,
  REDIS,
  POSTGRES,
  CLOCKS,
  HAND_EDITS;

  /** As it is written on the command line: {@code ambiguous-log}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Throws when there is no such profile; the message says which ones there are. */
  public static Profile labelled(String label) {
    return Arrays.stream(values())
        .filter(profile -> profile.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                label
                    + " (expected: "
                    + Arrays.stream(values())
                        .map(Profile::label)
                        .collect(Collectors.joining(", "))
                    + ")"));
  }
}
