package flashsale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

class NodeTest {
  private final CompletableFuture<Done> one = new CompletableFuture<>();
  private final CompletableFuture<Done> other = new CompletableFuture<>();
  private final CompletionStage<Done> start = Node.firstFailureOf(List.of(one, other));

  @Test
  void isStartedWithItsLastPart() {
    one.complete(Done.getInstance());
    assertThat(start).isNotDone();

    other.complete(Done.getInstance());
    assertThat(start).isCompleted();
  }

  /** Postgres may be away for ever while the HTTP port is known to be taken. */
  @Test
  void cannotStartAsSoonAsOnePartCannot() {
    other.completeExceptionally(new IllegalStateException("port taken"));

    assertThat(start)
        .isCompletedExceptionally()
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableThat()
        .havingRootCause()
        .withMessage("port taken");
  }
}
