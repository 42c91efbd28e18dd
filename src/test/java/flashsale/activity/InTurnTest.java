package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InTurnTest {
  private final InTurn inTurn = new InTurn(2);
  private final List<CompletableFuture<String>> begun = new ArrayList<>();

  private CompletableFuture<String> call() {
    return inTurn
        .call(() -> {
          CompletableFuture<String> call = new CompletableFuture<>();
          begun.add(call);
          return call;
        })
        .toCompletableFuture();
  }

  private void begin() {
    var unused = call();
  }

  @Test
  void oneMoreWaitsUntilOneHasEnded() {
    begin();
    CompletableFuture<String> second = call();
    CompletableFuture<String> third = call();
    assertThat(begun).hasSize(2);

    begun.get(1).complete("done");
    assertThat(second).isCompletedWithValue("done");
    assertThat(begun).hasSize(3);
    begun.get(2).complete("too");
    assertThat(third).isCompletedWithValue("too");
  }

  @Test
  void aCallThatFailsMakesRoomToo() {
    begin();
    CompletableFuture<String> second = call();
    begin();
    begun.get(1).completeExceptionally(new IllegalStateException("no"));
    assertThat(second).isCompletedExceptionally();
    assertThat(begun).hasSize(3);
    begun.get(0).complete("done");
    begun.get(2).complete("done");
    begin();
    begin();
    assertThat(begun).hasSize(5);
  }

  @Test
  void aCallThatThrowsMakesRoomToo() {
    for (int i = 0; i < 3; i++) {
      assertThat(
              inTurn
                  .call(() -> {
                    throw new IllegalStateException("no");
                  })
                  .toCompletableFuture())
          .isCompletedExceptionally();
    }
    begin();
    begin();
    assertThat(begun).hasSize(2);
  }
}
