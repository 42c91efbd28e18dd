package flashsale.gateway;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * A request's body, read within its limits before anything is decided about the request.
 *
 * <p>First, because a connection whose body was not read to its end cannot be used again, and a
 * client that is still sending may never see the answer.
 */
sealed interface Body {

  /** All of it; {@code json} says whether it was sent as {@code application/json}. */
  record Whole(ByteString bytes, boolean json) implements Body {}

  record TooLong(boolean json) implements Body {}

  /** Did not arrive in time. */
  record Late() implements Body {}

  /** Ended early, or its chunks were not well-formed. */
  record Broken() implements Body {}

  /** A body that is too long is read to its end up to here; beyond, the connection is closed. */
  long DRAINED_BYTES_MAX = 4L * 1024 * 1024;

  /**
   * Never fails. A body slower than {@code within} is {@link Late}. A body in the same packet as
   * its head, or none, costs nothing.
   */
  static CompletionStage<Body> read(
      HttpRequest request, int bytesMax, Duration within, Materializer materializer) {
    RequestEntity entity = request.entity();
    boolean json = isJson(entity.getContentType().mediaType());
    if (entity instanceof org.apache.pekko.http.javadsl.model.HttpEntity.Strict strict) {
      ByteString data = strict.getData();
      return CompletableFuture.completedFuture(
          data.size() > bytesMax ? new TooLong(json) : new Whole(data, json));
    }
    long declared = entity.getContentLengthOption().orElse(0);
    if (declared > DRAINED_BYTES_MAX || (declared > bytesMax && expectsContinue(request))) {
      // Not touched: Pekko then answers without asking for the rest, and closes.
      return CompletableFuture.completedFuture(new TooLong(json));
    }
    return entity
        .withSizeLimit(DRAINED_BYTES_MAX)
        .getDataBytes()
        .completionTimeout(within)
        .runWith(
            Sink.fold(
                new Gathered(ByteString.emptyByteString(), false),
                (gathered, more) -> gathered.plus(more, bytesMax)),
            materializer)
        .handle((gathered, fault) -> fault == null ? gathered.body(json) : failed(fault, json));
  }

  /** What arrived so far, forgotten as soon as it is too much. */
  record Gathered(ByteString bytes, boolean tooLong) {
    Gathered plus(ByteString more, int bytesMax) {
      return tooLong || bytes.size() + more.size() > bytesMax
          ? new Gathered(ByteString.emptyByteString(), true)
          : new Gathered(bytes.concat(more), false);
    }

    Body body(boolean json) {
      return tooLong ? new TooLong(json) : new Whole(bytes, json);
    }
  }

  private static Body failed(Throwable fault, boolean json) {
    for (Throwable at = fault; at != null; at = at.getCause()) {
      if (at instanceof EntityStreamSizeException) {
        return new TooLong(json);
      }
      if (at instanceof TimeoutException) {
        return new Late();
      }
    }
    return new Broken();
  }

  private static boolean isJson(MediaType type) {
    return type.mainType().equals("application") && type.subType().equals("json");
  }

  private static boolean expectsContinue(HttpRequest request) {
    return request.getHeader("Expect").isPresent();
  }
}
