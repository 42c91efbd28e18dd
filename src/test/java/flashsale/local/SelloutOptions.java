package flashsale.local;

import flashsale.model.Activity;
import flashsale.model.Quoted;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code scripts/sellout}.
 *
 * @param url null: what the state file says
 * @param state null: {@link #STATE_DEFAULT}, if it is there
 */
record SelloutOptions(
    int stock, int shoppers, int concurrency, @Nullable URI url, @Nullable Path state) {
  static final Path STATE_DEFAULT = Path.of("target", "local-stack.json");
  static final int SHOPPERS_MAX = 1_000_000;
  static final int CONCURRENCY_MAX = 4096;
  static final String USAGE =
      """
      usage: scripts/sellout [--stock 1000] [--shoppers 20000] [--concurrency 128]
                             [--url http://127.0.0.1:8080] [--state target/local-stack.json]

      Creates an activity in the running system, lets all shoppers buy at once, prints what they
      were told and checks it against every book.

      exit code: 0 every check held; 1 a check failed; 2 wrong arguments; 3 no system there\
      """;

  /** The arguments make no sense; the message says which one and what was expected. */
  static final class WrongArguments extends RuntimeException {
    WrongArguments(String message) {
      super(message);
    }
  }

  static SelloutOptions parse(String... args) {
    int stock = 1000;
    int shoppers = 20_000;
    int concurrency = 128;
    URI url = null;
    Path state = null;
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i];
      String value = i + 1 < args.length ? args[i + 1] : null;
      switch (name) {
        case "--stock" -> stock = number(name, value, (int) Activity.STOCK_MAX);
        case "--shoppers" -> shoppers = number(name, value, SHOPPERS_MAX);
        case "--concurrency" -> concurrency = number(name, value, CONCURRENCY_MAX);
        case "--url" -> url = url(name, given(name, value));
        case "--state" -> state = Path.of(given(name, value));
        default ->
            throw new WrongArguments(
                Quoted.of(name)
                    + " (expected: --stock, --shoppers, --concurrency, --url, --state or --help)");
      }
    }
    return new SelloutOptions(stock, shoppers, concurrency, url, state);
  }

  private static String given(String name, @Nullable String value) {
    if (value == null) {
      throw new WrongArguments(name + ": nothing (expected: a value)");
    }
    return value;
  }

  private static int number(String name, @Nullable String value, int most) {
    String text = given(name, value);
    int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    if (number < 1 || number > most) {
      throw new WrongArguments(name + ": " + Quoted.of(text) + " (expected: 1 to " + most + ")");
    }
    return number;
  }

  /** A plain-text HTTP address without a path; anything else is refused. */
  static URI url(String name, String text) {
    String expected = " (expected: http://host:port)";
    if (!text.matches("http://[^/?#@\\s]+/?")) {
      throw new WrongArguments(name + ": " + Quoted.of(text) + expected);
    }
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new WrongArguments(name + ": " + Quoted.of(text) + expected);
    }
    if (url.getHost() == null || url.getPort() > 65535) {
      throw new WrongArguments(name + ": " + Quoted.of(text) + expected);
    }
    return URI.create("http://" + url.getHost() + ":" + (url.getPort() < 0 ? 80 : url.getPort()));
  }
}
