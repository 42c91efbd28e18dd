package flashsale.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.util.ByteString;

/** HTTP responses of the two kinds there are: JSON and problem. */
final class Answers {
  private static final ContentType PROBLEM_JSON =
      MediaTypes.applicationWithFixedCharset("problem+json", HttpCharsets.UTF_8).toContentType();

  private Answers() {}

  static HttpResponse json(int status, Json.Content content, HttpHeader... headers) {
    return response(status, ContentTypes.APPLICATION_JSON, content, List.of(headers));
  }

  static HttpResponse problem(Problem problem) {
    return response(
        problem.code().status(),
        PROBLEM_JSON,
        out -> writeProblem(problem, out),
        problem.headers());
  }

  private static HttpResponse response(
      int status, ContentType type, Json.Content content, List<HttpHeader> headers) {
    ByteString body = ByteString.fromArrayUnsafe(Json.write(content));
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(HttpEntities.create(type, body))
        .addHeaders(headers);
  }

  private static void writeProblem(Problem problem, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", problem.code().type());
    out.writeStringField("title", problem.code().title());
    out.writeNumberField("status", problem.code().status());
    out.writeStringField("detail", problem.detail());
    out.writeStringField("code", problem.code().code());
    for (Problem.Member member : problem.members()) {
      switch (member) {
        case Problem.Member.Text(String name, String value) -> out.writeStringField(name, value);
        case Problem.Member.Count(String name, long value) -> out.writeNumberField(name, value);
      }
    }
    out.writeEndObject();
  }
}
