package flashsale.bench;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * The same HTTP server as the gateway's, with its settings, that answers every request with the
 * same bytes: what HTTP itself can do here. A process of its own; the argument is its port.
 */
public final class Ceiling {
  /** As long as the answer to a purchase. */
  private static final String ANSWER =
      "{\"orderId\":\"a80c651a-4c66-3b36-9c74-8cc93a474b8a\",\"activityId\":\"ceiling\","
          + "\"productId\":\"ceiling\",\"userId\":\"shopper-000000\",\"quantity\":1,\"sequence\":100000,"
          + "\"status\":\"CONFIRMED\",\"confirmedAt\":\"2026-11-23T00:17:22.489Z\"}";

  private Ceiling() {}

  public static void main(String[] args) {
    Config config =
        ConfigFactory.parseString("pekko.actor.provider = local")
            .withFallback(ConfigFactory.load());
    ActorSystem system = ActorSystem.create("ceiling", config);
    HttpResponse answer =
        HttpResponse.create().withStatus(201).withEntity(ContentTypes.APPLICATION_JSON, ANSWER);
    Http.get(system)
        .newServerAt("127.0.0.1", Integer.parseInt(args[0]))
        .bindSync((HttpRequest request) -> {
          request.discardEntityBytes(system);
          return answer;
        })
        .exceptionally(failure -> {
          system.terminate();
          throw new IllegalStateException(failure);
        });
  }
}
