package flashsale.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A section of the configuration; what it refuses is named by its whole path.
 *
 * @param known the whole paths of all settings that were read, in every section
 */
record Section(Config config, String path, Set<String> known) {
  static Section of(Config root, String path) {
    return new Section(root.getConfig(path), path, new HashSet<>());
  }

  Section section(String name) {
    return new Section(config.getConfig(name), path + "." + name, known);
  }

  /** Throws when there is a setting that nobody has read by now: somebody mistyped its name. */
  void refuseUnknown() {
    Set<String> unknown = new TreeSet<>();
    config.entrySet().forEach(setting -> unknown.add(path + "." + setting.getKey()));
    unknown.removeAll(known);
    requirePath(
        unknown.isEmpty(), String.join(", ", unknown), "unknown", "a setting of application.conf");
  }

  String text(String name) {
    return read(name, "a text", config::getString);
  }

  /** A list, or, as the environment has it, one text with commas between. */
  List<String> texts(String name) {
    return read(
        name,
        "a list of texts",
        path ->
            config.getValue(path).valueType() == ConfigValueType.STRING
                ? Arrays.stream(config.getString(path).split(",", -1)).map(String::strip).toList()
                : config.getStringList(path));
  }

  String oneOf(String name, String... allowed) {
    String value = text(name);
    require(List.of(allowed).contains(value), name, value, String.join(" or ", allowed));
    return value;
  }

  int port(String name) {
    return number(name, 0, 65535, "0 to 65535; 0 takes any free port");
  }

  int atLeast(String name, int least) {
    return number(name, least, Integer.MAX_VALUE, ">= " + least);
  }

  int between(String name, int least, int most) {
    return number(name, least, most, least + " to " + most);
  }

  private int number(String name, int least, int most, String expected) {
    int value = read(name, expected, config::getInt);
    require(value >= least && value <= most, name, value, expected);
    return value;
  }

  Duration positive(String name) {
    String expected = "a duration above zero, like 300 ms";
    Duration value = read(name, expected, config::getDuration);
    require(!value.isNegative() && !value.isZero(), name, value, expected);
    return value;
  }

  Duration notNegative(String name) {
    String expected = "a duration, like 300 ms, or 0";
    Duration value = read(name, expected, config::getDuration);
    require(!value.isNegative(), name, value, expected);
    return value;
  }

  /** Longer would break what is built on it. */
  Duration notNegativeUpTo(String name, Duration most) {
    return upTo(name, notNegative(name), most);
  }

  Duration positiveUpTo(String name, Duration most) {
    return upTo(name, positive(name), most);
  }

  private Duration upTo(String name, Duration value, Duration most) {
    require(value.compareTo(most) <= 0, name, value, "at most " + most.toMillis() + " ms");
    return value;
  }

  /** The library's own words for a wrong type do not say what was expected. */
  private <T> T read(String name, String expected, Function<String, T> get) {
    known.add(path + "." + name);
    try {
      return get.apply(name);
    } catch (ConfigException.WrongType | ConfigException.BadValue e) {
      throw refusal(path + "." + name, config.getValue(name).unwrapped(), expected);
    }
  }

  void require(boolean holds, String name, Object actual, String expected) {
    requirePath(holds, path + "." + name, actual, expected);
  }

  static void requirePath(boolean holds, String path, Object actual, String expected) {
    if (!holds) {
      throw refusal(path, actual, expected);
    }
  }

  private static ConfigException refusal(String path, Object actual, String expected) {
    return new ConfigException.Generic(path + ": " + actual + " (expected: " + expected + ")");
  }
}
