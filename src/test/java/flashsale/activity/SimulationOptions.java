package flashsale.activity;

import flashsale.activity.Plan.FaultId;
import flashsale.model.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code scripts/simulate}.
 *
 * @param profiles which ones; all when none was named
 * @param replay the one history to tell at length; null: many, briefly
 */
record SimulationOptions(
    List<Profile> profiles, long firstSeed, long histories, @Nullable Plan replay) {
  static final String USAGE =
      """
      usage: scripts/simulate [--seeds 100000] [--seed 1] [--profile NAME]
             scripts/simulate --profile NAME --seed S [--shoppers N] [--chaos-ms N] [--faults IDS]

      Tells histories of a sale in which everything goes wrong, on virtual time, and checks every
      promise at every step. The first form tells many, over all profiles unless one is named, until
      one breaks a promise; then it looks for the shortest such history, prints it, and says how to
      tell it again. The second form tells one at length; the last three flags cut it down.

      profiles: %s

      exit code: 0 every promise was kept; 1 one was broken; 2 wrong arguments\
      """
          .formatted(
              Arrays.stream(Profile.values())
                  .map(Profile::label)
                  .collect(Collectors.joining(", ")));

  private static final long SEEDS_DEFAULT = 100_000;
  private static final String NO_FAULTS = "none";

  /** The arguments make no sense; the message says which one and what was expected. */
  static final class WrongArguments extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongArguments(String message) {
      super(message);
    }
  }

  static SimulationOptions parse(String... args) {
    @Nullable Profile profile = null;
    long firstSeed = 1;
    long histories = 0;
    boolean seedGiven = false;
    boolean cut = false;
    Plan plan = Plan.of(Profile.EVERYDAY, 1);
    List<String> words = words(args);
    for (int i = 0; i < words.size(); i += 2) {
      String name = words.get(i);
      String value = i + 1 < words.size() ? words.get(i + 1) : null;
      switch (name) {
        case "--seeds" -> histories = number(name, value, 1, 1_000_000_000_000L);
        case "--seed" -> {
          firstSeed = number(name, value, 0, Long.MAX_VALUE / 2);
          seedGiven = true;
        }
        case "--profile" -> profile = profile(name, given(name, value));
        case "--shoppers" -> {
          plan = plan.withShoppersMax((int) number(name, value, 1, 1_000));
          cut = true;
        }
        case "--chaos-ms" -> {
          plan = plan.withChaosMsMax(number(name, value, 1, 1_000_000));
          cut = true;
        }
        case "--faults" -> {
          plan = plan.withOnly(faults(name, given(name, value)));
          cut = true;
        }
        default ->
            throw new WrongArguments(
                Quoted.of(name)
                    + " (expected: --seeds, --seed, --profile, --shoppers, --chaos-ms, --faults or"
                    + " --help)");
      }
    }
    boolean one = profile != null && seedGiven && histories == 0;
    if (cut && !one) {
      throw new WrongArguments(
          "--shoppers, --chaos-ms and --faults: for one history (expected: with --profile and"
              + " --seed, without --seeds)");
    }
    return new SimulationOptions(
        profile == null ? List.of(Profile.values()) : List.of(profile),
        firstSeed,
        histories == 0 ? SEEDS_DEFAULT : histories,
        profile != null && one ? plan.withSeed(profile, firstSeed) : null);
  }

  /** {@code --name=value} is two words. */
  private static List<String> words(String... args) {
    List<String> words = new ArrayList<>();
    for (String arg : args) {
      int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
      if (equals > 0) {
        words.add(arg.substring(0, equals));
        words.add(arg.substring(equals + 1));
      } else {
        words.add(arg);
      }
    }
    return words;
  }

  private static String given(String name, @Nullable String value) {
    if (value == null) {
      throw new WrongArguments(name + ": nothing (expected: a value)");
    }
    return value;
  }

  private static long number(String name, @Nullable String value, long least, long most) {
    String text = given(name, value);
    long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (number < least || number > most) {
      throw new WrongArguments(
          name + ": " + Quoted.of(text) + " (expected: " + least + " to " + most + ")");
    }
    return number;
  }

  private static Profile profile(String name, String text) {
    try {
      return Profile.labelled(text);
    } catch (IllegalArgumentException e) {
      throw new WrongArguments(
          name + ": " + Quoted.of(text) + " (expected: " + e.getMessage() + ")");
    }
  }

  private static Set<FaultId> faults(String name, String text) {
    Set<FaultId> faults = new LinkedHashSet<>();
    if (!text.equals(NO_FAULTS)) {
      for (String one : text.split(",", -1)) {
        if (!one.matches("[0-9]{1,7}\\.[0-9]{1,7}")) {
          throw new WrongArguments(
              name + ": " + Quoted.of(one) + " (expected: as printed, like 1.17,2.3 or none)");
        }
        faults.add(FaultId.parse(one));
      }
    }
    return faults;
  }
}
