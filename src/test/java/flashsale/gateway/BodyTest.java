package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bodies that come in pieces. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BodyTest {
  private static final int BYTES_MAX = 4;

  private final ActorTestKit kit = ActorTestKit.create();

  @AfterAll
  void stop() {
    kit.shutdownTestKit();
  }

  private Body read(Source<ByteString, ?> pieces, Duration within) {
    HttpRequest request =
        HttpRequest.POST("/")
            .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_JSON, pieces));
    return Body.read(request, BYTES_MAX, within, Materializer.createMaterializer(kit.system()))
        .toCompletableFuture()
        .join();
  }

  private static Source<ByteString, ?> pieces(String... pieces) {
    return Source.from(java.util.List.of(pieces)).map(ByteString::fromString);
  }

  @Test
  void joinsThePieces() {
    assertThat(read(pieces("{", " ", " }"), Duration.ofSeconds(10)))
        .isEqualTo(new Body.Whole(ByteString.fromString("{  }"), true));
    assertThat(read(Source.empty(), Duration.ofSeconds(10)))
        .isEqualTo(new Body.Whole(ByteString.emptyByteString(), true));
  }

  @Test
  void countsThemTogether() {
    assertThat(read(pieces("{ ", " ", " }"), Duration.ofSeconds(10)))
        .isEqualTo(new Body.TooLong(true));
  }

  @Test
  void doesNotReadWithoutEnd() {
    Source<ByteString, ?> endless = Source.repeat(ByteString.fromString("x".repeat(1000)));

    assertThat(read(endless, Duration.ofSeconds(10))).isEqualTo(new Body.TooLong(true));
  }

  @Test
  void doesNotWaitWithoutEnd() {
    Source<ByteString, ?> stalled =
        Source.<ByteString>maybe().mapMaterializedValue(ignored -> Optional.empty());

    assertThat(read(stalled, Duration.ofMillis(50))).isEqualTo(new Body.Late());
  }

  @Test
  void noticesABodyThatBreaks() {
    Source<ByteString, ?> broken = Source.failed(new IllegalStateException("cut"));

    assertThat(read(broken, Duration.ofSeconds(10))).isEqualTo(new Body.Broken());
  }
}
