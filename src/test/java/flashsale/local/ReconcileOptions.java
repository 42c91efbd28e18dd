package flashsale.local;

import flashsale.local.SelloutOptions.WrongArguments;
import flashsale.model.ActivityId;
import flashsale.model.Quoted;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code scripts/reconcile}.
 *
 * @param activity null: all there are
 * @param url null: what the state file says
 * @param token null: one of the local run
 * @param state null: the local run's, if it is there
 */
record ReconcileOptions(
    @Nullable ActivityId activity,
    boolean repair,
    @Nullable URI url,
    @Nullable String token,
    @Nullable Path state) {
  static final String USAGE =
      """
      usage: scripts/reconcile [ACTIVITY] [--repair]
                               [--url http://127.0.0.1:8080] [--token TOKEN]
                               [--state target/local-stack.json]

      Compares the three books of one activity, or of all: the ledger (which decides), Redis and
      Postgres. Says what differs and who is right. With --repair a Redis that is wrong is rebuilt,
      in a new epoch. An order is never changed, and an activity whose books agree is left alone.

      Works on the local run; on another system with --url and a --token of the role ops.

      exit code: 0 nothing differs (any more); 1 something does; 2 wrong arguments; 3 no answer\
      """;

  static ReconcileOptions parse(String... args) {
    ActivityId activity = null;
    boolean repair = false;
    URI url = null;
    String token = null;
    Path state = null;
    for (int i = 0; i < args.length; i++) {
      String name = args[i];
      switch (name) {
        case "--repair" -> repair = true;
        case "--url" -> url = url(name, valueOf(args, ++i));
        case "--token" -> token = valueOf(args, ++i);
        case "--state" -> state = Path.of(valueOf(args, ++i));
        default -> {
          if (activity != null || !ActivityId.isValid(name)) {
            throw new WrongArguments(
                Quoted.of(name)
                    + " (expected: one ACTIVITY, --repair, --url, --token, --state or --help)");
          }
          activity = new ActivityId(name);
        }
      }
    }
    if (url != null && token == null && !url.getHost().matches("127\\..*|localhost")) {
      throw new WrongArguments("--token: nothing (expected: one of the role ops, with --url)");
    }
    return new ReconcileOptions(activity, repair, url, token, state);
  }

  private static String valueOf(String[] args, int i) {
    if (i >= args.length) {
      throw new WrongArguments(args[i - 1] + ": nothing (expected: a value)");
    }
    return args[i];
  }

  private static URI url(String name, String text) {
    if (!text.matches("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")) {
      throw new WrongArguments(
          name + ": " + Quoted.of(text) + " (expected: http://host:port or https://host)");
    }
    return URI.create(text.replaceFirst("/$", ""));
  }
}
