package flashsale.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.List;

/** A section of the configuration; what it refuses is named by its whole path. */
record Section(Config config, String path) {
  static Section of(Config root, String path) {
    return new Section(root.getConfig(path), path);
  }

  Section section(String name) {
    return new Section(config.getConfig(name), path + "." + name);
  }

  String text(String name) {
    return config.getString(name);
  }

  List<String> texts(String name) {
    return config.getStringList(name);
  }

  String oneOf(String name, String... allowed) {
    String value = text(name);
    require(List.of(allowed).contains(value), name, value, String.join(" or ", allowed));
    return value;
  }

  int port(String name) {
    int port = config.getInt(name);
    require(port >= 0 && port <= 65535, name, port, "0 to 65535; 0 takes any free port");
    return port;
  }

  int atLeast(String name, int least) {
    int value = config.getInt(name);
    require(value >= least, name, value, ">= " + least);
    return value;
  }

  int between(String name, int least, int most) {
    int value = config.getInt(name);
    require(value >= least && value <= most, name, value, least + " to " + most);
    return value;
  }

  Duration positive(String name) {
    Duration value = config.getDuration(name);
    require(
        !value.isNegative() && !value.isZero(), name, value, "a duration above zero, like 300 ms");
    return value;
  }

  Duration notNegative(String name) {
    Duration value = config.getDuration(name);
    require(!value.isNegative(), name, value, "a duration, like 300 ms, or 0");
    return value;
  }

  void require(boolean holds, String name, Object actual, String expected) {
    requirePath(holds, path + "." + name, actual, expected);
  }

  static void requirePath(boolean holds, String path, Object actual, String expected) {
    if (!holds) {
      throw new ConfigException.Generic(path + ": " + actual + " (expected: " + expected + ")");
    }
  }
}
