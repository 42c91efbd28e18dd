package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;

/** What a client got back. */
record Reply(HttpResponse<String> response) {
  private static final ObjectMapper JSON = new ObjectMapper();

  int status() {
    return response.statusCode();
  }

  String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  JsonNode body() {
    return json(response.body());
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /** It is this problem, complete, and tells nothing about the inside. */
  Reply isProblem(int status, String code) {
    assertThat(response.body()).as("body").contains("\"code\":\"" + code + "\"");
    assertThat(status()).isEqualTo(status);
    assertThat(header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(header("Server")).isEqualTo("flashsale");
    assertTellsNothing(response.body());
    JsonNode problem = body();
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("type").asText()).isEqualTo("urn:flashsale:problem:" + code);
    assertThat(problem.get("title").asText()).isNotBlank();
    assertThat(problem.get("detail").asText()).isNotBlank();
    return this;
  }

  /** It is 400 because of this field, and says what was expected. */
  Reply isInvalid(String field) {
    isProblem(400, "invalid-request");
    assertThat(body().get("field").asText()).isEqualTo(field);
    assertThat(body().get("expected").asText()).isNotBlank();
    return this;
  }

  static void assertTellsNothing(String text) {
    assertThat(text)
        .doesNotContain("flashsale.", "java.", "org.apache", "com.fasterxml", "Exception", "pekko");
  }
}
