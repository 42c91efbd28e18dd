package flashsale.local;

import flashsale.model.UserId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * Something to buy right after the start: the activity {@code demo}, made over HTTP as anybody
 * would.
 */
final class LocalStackDemo {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
  private static final String DEMO =
      """
      {"activityId":"demo","title":"Demo ticket","stock":100,"productId":"demo-ticket",\
      "price":{"amount":9900,"currency":"CNY"}}\
      """;

  private LocalStackDemo() {}

  /** One from an earlier run on the same data is fine, sold out or not. */
  static void create(String url) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/admin/activities"))
            .timeout(ANSWER_WITHIN)
            .header("Authorization", "Bearer " + Token.of(new UserId("ops"), List.of("ops")))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(DEMO))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      boolean exists = answer.statusCode() == 409 && answer.body().contains("activity-exists");
      if (answer.statusCode() / 100 != 2 && !exists) {
        throw new ServerProcess.StartFailure(
            "the demo activity was not created: " + answer.statusCode() + " " + answer.body());
      }
    } catch (IOException e) {
      throw new ServerProcess.StartFailure("the demo activity was not created: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerProcess.StartFailure("interrupted while the demo activity was created");
    }
  }
}
