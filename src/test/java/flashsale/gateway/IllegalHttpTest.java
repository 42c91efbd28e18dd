package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is hardly HTTP is refused in the contract's words too; nothing of the server's own leaks.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IllegalHttpTest {
  private static final String CLOSE = "Host: x\r\nConnection: close\r\n\r\n";
  private static final String TOKEN = "Authorization: Bearer " + RunningGateway.SHOPPER + "\r\n";

  private final RunningGateway gateway = RunningGateway.start(new FakeInventory());

  @AfterAll
  void stop() {
    gateway.close();
  }

  private static void isProblem(String answer, int status, String code) {
    List<String> parts = List.of(answer.split("\r\n\r\n", 2));
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(parts.getFirst()).contains("Content-Type: application/problem+json");
    assertThat(parts.getFirst()).contains("Server: flashsale\r\n");
    assertThat(Reply.json(parts.getLast()).get("code").asText()).isEqualTo(code);
    Reply.assertTellsNothing(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/activities/a b/purchases HTTP/1.1\r\n",
        "GET /v1/activities/%zz HTTP/1.1\r\n",
        "GET /v1/activities/% HTTP/1.1\r\n",
        "GET /v1/activities/\u0000 HTTP/1.1\r\n",
        "GET /v1/activities HTTP/9.9\r\n",
        "GET /v1/activities HTTP/1.1\r\nBad Header: 1\r\n",
        "GET /v1/activities HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "POST /v1/orders HTTP/1.1\r\nContent-Length: -1\r\n",
        "POST /v1/orders HTTP/1.1\r\nTransfer-Encoding: gzip\r\n",
        "HEAD /v1/activities HTTP/1.1\r\nContent-Length: 1\r\n",
        "\u0016\u0003\u0001\u0002 / HTTP/1.1\r\n",
      })
  void refusesWhatIsNotHttp(String start) throws IOException {
    isProblem(gateway.raw(start + CLOSE), 400, "invalid-request");
  }

  @Test
  void takesEverySlashForOne() throws IOException {
    isProblem(gateway.raw("GET //v1/activities HTTP/1.1\r\n" + CLOSE), 404, "not-found");
  }

  @Test
  void refusesARequestWithoutAHost() throws IOException {
    isProblem(
        gateway.raw("GET /v1/activities HTTP/1.1\r\nConnection: close\r\n\r\n"),
        400,
        "invalid-request");
  }

  @Test
  void refusesAMethodThatNobodyKnows() throws IOException {
    String answer = gateway.raw("BREW /v1/activities HTTP/1.1\r\n" + CLOSE);

    isProblem(answer, 405, "method-not-allowed");
    assertThat(answer).contains("\r\nAllow: GET, HEAD, POST, PUT\r\n");
  }

  @Test
  void refusesAUriOfThousandsOfCharacters() throws IOException {
    isProblem(
        gateway.raw("GET /v1/activities/" + "a".repeat(5000) + " HTTP/1.1\r\n" + CLOSE),
        414,
        "uri-too-long");
  }

  @Test
  void refusesAHeaderOfThousandsOfCharacters() throws IOException {
    String answer =
        gateway.raw("GET /v1/activities HTTP/1.1\r\nX: " + "a".repeat(20_000) + "\r\n" + CLOSE);

    isProblem(answer, 431, "headers-too-large");
  }

  @Test
  void refusesATokenOfThousandsOfCharacters() throws IOException {
    isProblem(
        gateway.raw(
            "GET /v1/orders HTTP/1.1\r\nAuthorization: Bearer "
                + "a".repeat(5000)
                + "\r\n"
                + CLOSE),
        401,
        "unauthorized");
  }

  @Test
  void refusesTwoTokens() throws IOException {
    isProblem(
        gateway.raw("GET /v1/orders HTTP/1.1\r\n" + TOKEN + TOKEN + CLOSE), 401, "unauthorized");
  }

  @Test
  void refusesABrokenChunk() throws IOException {
    isProblem(
        gateway.raw(
            "POST /v1/activities/known/purchases HTTP/1.1\r\n"
                + TOKEN
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                + CLOSE
                + "zz\r\n"),
        400,
        "invalid-request");
  }

  @Test
  void refusesALongBodyBeforeItIsSentWhenAsked() throws IOException {
    String answer =
        gateway.raw(
            "POST /v1/activities/known/purchases HTTP/1.1\r\n"
                + TOKEN
                + "Content-Type: application/json\r\nContent-Length: 1000000\r\n"
                + "Expect: 100-continue\r\n"
                + CLOSE);

    isProblem(answer, 413, "payload-too-large");
  }

  @Test
  void refusesABodyOfAGigabyteWithoutReadingIt() throws IOException {
    String answer =
        gateway.raw(
            "POST /v1/activities/known/purchases HTTP/1.1\r\n"
                + TOKEN
                + "Content-Type: application/json\r\nContent-Length: 1000000000\r\n"
                + CLOSE
                + "{");

    isProblem(answer, 413, "payload-too-large");
  }

  @Test
  void servesTheNextRequestOfAConnectionAfterALongBody() throws IOException {
    String answer =
        gateway.raw(
            "POST /v1/activities/known/purchases HTTP/1.1\r\n"
                + TOKEN
                + "Host: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                + " ".repeat(100_000)
                + "GET /v1/activities/known HTTP/1.1\r\n"
                + CLOSE);

    assertThat(answer).startsWith("HTTP/1.1 413 ").contains("HTTP/1.1 200 OK");
  }
}
