package flashsale.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flashsale.local.SelloutOptions.WrongArguments;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The operators' side of a running system, over HTTP; what may be asked again is. */
final class ReconcileClient implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The system does not answer, or not with what was asked for. */
  static final class NoAnswer extends Exception {
    NoAnswer(String message) {
      super(message);
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI url;
  private final String token;
  private final Duration patience;

  /**
   * @param patience how long a system that says "try again" is asked again
   */
  ReconcileClient(URI url, String token, Duration patience) {
    this.url = url;
    this.token = token;
    this.patience = patience;
  }

  /** Page after page, until one is empty. */
  List<String> activities() throws NoAnswer, InterruptedException {
    List<String> all = new ArrayList<>();
    while (true) {
      String after = all.isEmpty() ? "" : "?after=" + all.getLast();
      JsonNode page = get("/v1/activities" + after).required("activities");
      if (page.isEmpty()) {
        return all;
      }
      page.forEach(activity -> all.add(activity.required("activityId").asText()));
    }
  }

  ReconcileProof proof(String activity) throws NoAnswer, InterruptedException {
    return ReconcileProof.of(get(adminPath(activity, "proof")));
  }

  /** Returns once Redis is rebuilt, or is still being rebuilt: the proof tells. */
  void repair(String activity) throws NoAnswer, InterruptedException {
    JsonNode unused = send("POST", adminPath(activity, "repair"));
  }

  private static String adminPath(String activity, String what) {
    return "/v1/admin/activities/" + activity + "/" + what;
  }

  private JsonNode get(String path) throws NoAnswer, InterruptedException {
    return send("GET", path);
  }

  private JsonNode send(String method, String path) throws NoAnswer, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(ANSWER_WITHIN)
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    long deadlineNs = System.nanoTime() + patience.toNanos();
    while (true) {
      HttpResponse<String> response = exchange(request);
      if (response.statusCode() / 100 == 2) {
        return json(response);
      }
      if (response.statusCode() == 404) {
        throw new WrongArguments("nothing at " + path + " (expected: an activity that exists)");
      }
      if (response.statusCode() != 503 || System.nanoTime() > deadlineNs) {
        throw new NoAnswer(
            method + " " + path + ": HTTP " + response.statusCode() + " " + response.body());
      }
      Thread.sleep(Reconcile.POLL.toMillis());
    }
  }

  private HttpResponse<String> exchange(HttpRequest request) throws NoAnswer, InterruptedException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new NoAnswer(
          "no answer from "
              + url
              + " ("
              + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
              + "); start the system with scripts/run, or name another one with --url");
    }
  }

  private static JsonNode json(HttpResponse<String> response) throws NoAnswer {
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new NoAnswer(response.uri() + ": not JSON (expected: a system of ours)");
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
