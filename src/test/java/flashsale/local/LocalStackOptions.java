package flashsale.local;

import flashsale.model.Quoted;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the arguments of {@code scripts/run} ask for; nonsense is an answer too. */
sealed interface LocalStackOptions {
  Set<String> FLAGS =
      Set.of(
          "--nodes",
          "--http-port",
          "--grpc-port",
          "--management-port",
          "--data-dir",
          "--no-demo",
          "--restart");

  int NODES_MAX = 9;

  /**
   * Start everything.
   *
   * @param nodes of the inventory; more than one: every role in processes of its own
   * @param dataDir null: a temporary one, removed at the end
   * @param demo whether a demo activity is created
   */
  record Run(
      int nodes,
      int httpPort,
      int grpcPort,
      int managementPort,
      @Nullable Path dataDir,
      boolean demo)
      implements LocalStackOptions {}

  /** Start one part of the running system again. */
  record Restart(String name) implements LocalStackOptions {}

  /** One line: what was wrong and what was expected. */
  record Wrong(String why) implements LocalStackOptions {}

  /** A relative data directory is taken from {@code caller}. */
  static LocalStackOptions parse(Path caller, String... args) {
    try {
      Map<String, String> given = given(args);
      String restart = given.get("--restart");
      if (restart != null) {
        require(given.size() == 1, "--restart: other flags too (expected: it stands alone)");
        return new Restart(restart);
      }
      return run(caller, given);
    } catch (IllegalArgumentException e) {
      return new Wrong(String.valueOf(e.getMessage()));
    }
  }

  private static Run run(Path caller, Map<String, String> given) {
    int nodes = number(given, "--nodes", 1, NODES_MAX);
    int http = number(given, "--http-port", 8080, 65535);
    int grpc = number(given, "--grpc-port", 8081, 65535);
    int management = number(given, "--management-port", 8558, 65535);
    require(
        http != grpc && grpc != management && management != http,
        "ports: " + List.of(http, grpc, management) + " (expected: three different ones)");
    String dataDir = given.get("--data-dir");
    return new Run(
        nodes,
        http,
        grpc,
        management,
        dataDir == null ? null : caller.resolve(dataDir).toAbsolutePath().normalize(),
        !given.containsKey("--no-demo"));
  }

  /** Takes {@code --flag value} and {@code --flag=value}. */
  private static Map<String, String> given(String... args) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      String flag = equals > 0 ? args[i].substring(0, equals) : args[i];
      require(FLAGS.contains(flag), Quoted.of(args[i]) + " is no flag of it");
      String value;
      if (equals > 0) {
        value = args[i].substring(equals + 1);
      } else if (flag.equals("--no-demo")) {
        value = "true";
      } else {
        i++;
        value = i < args.length ? args[i] : "";
      }
      require(!value.isBlank(), flag + ": nothing (expected: a value)");
      require(given.put(flag, value) == null, flag + ": twice (expected: once)");
    }
    return given;
  }

  private static int number(Map<String, String> given, String flag, int otherwise, int most) {
    String text = given.getOrDefault(flag, Integer.toString(otherwise));
    int number = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    require(
        number >= 1 && number <= most,
        flag + ": " + Quoted.of(text) + " (expected: 1 to " + most + ")");
    return number;
  }

  private static void require(boolean holds, String why) {
    if (!holds) {
      throw new IllegalArgumentException(why);
    }
  }
}
