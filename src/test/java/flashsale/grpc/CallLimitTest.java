package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CallLimitTest {
  private final CallLimit limit = new CallLimit(2);

  private CompletionStage<String> call(CompletableFuture<String> call) {
    return limit.within(() -> call, "too many");
  }

  private String callNow() {
    return call(CompletableFuture.completedFuture("called")).toCompletableFuture().join();
  }

  @Test
  void refusesAtOnceWhatIsMore() {
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    CompletionStage<String> answer = call(first);
    CompletionStage<String> other = call(second);

    assertThat(callNow()).isEqualTo("too many");
    assertThat(callNow()).isEqualTo("too many");

    first.complete("done");
    assertThat(answer.toCompletableFuture()).isCompletedWithValue("done");
    assertThat(callNow()).isEqualTo("called");
    assertThat(callNow()).isEqualTo("called");
    assertThat(other.toCompletableFuture()).isNotDone();
  }

  @Test
  void aCallThatFailsIsOver() {
    for (int i = 0; i < 5; i++) {
      assertThat(
              call(CompletableFuture.failedFuture(new IllegalStateException("by a test")))
                  .toCompletableFuture())
          .isCompletedExceptionally();
      assertThatThrownBy(() ->
              limit.within(
                  () -> {
                    throw new IllegalStateException("by a test");
                  },
                  "too many"))
          .isInstanceOf(IllegalStateException.class);
    }

    assertThat(callNow()).isEqualTo("called");
  }
}
