package flashsale.local;

import flashsale.model.UserId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** What a run prints when it is ready: where everything is, and a line to paste that buys. */
final class LocalStackWelcome {
  private LocalStackWelcome() {}

  static String text(LocalStackState state, boolean demo) {
    String url = state.http().getFirst();
    LocalStackState.Postgres postgres = state.postgres();
    return String.join(
        "\n",
        "",
        "  HTTP        " + String.join("  ", state.http()),
        "  gRPC        " + String.join("  ", state.grpc()),
        "  management  " + String.join("  ", state.management()),
        "  orders      psql " + uri(postgres) + " -c 'select * from orders'",
        demo ? "  buy         " + purchase(url) : "  activities  curl -i " + url + "/v1/activities",
        "  logs        target/logs/",
        "",
        "Ctrl-C stops everything.");
  }

  private static String uri(LocalStackState.Postgres postgres) {
    return "postgresql://"
        + postgres.user()
        + ":"
        + postgres.password()
        + "@"
        + postgres.host()
        + ":"
        + postgres.port()
        + "/"
        + postgres.database();
  }

  /** Good for one purchase: every run draws another shopper. */
  private static String purchase(String url) {
    String shopper =
        String.format(Locale.ROOT, "shopper-%06d", ThreadLocalRandom.current().nextInt(1_000_000));
    return "curl -i -X POST -H 'Authorization: Bearer "
        + Token.of(new UserId(shopper), List.of())
        + "' "
        + url
        + "/v1/activities/demo/purchases";
  }
}
