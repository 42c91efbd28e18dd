package flashsale;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
  private final ActorTestKit node = ActorTestKit.create(ConfigFactory.empty());

  @AfterEach
  void end() {
    node.shutdownTestKit();
  }

  @Test
  void aQuestionThatThrowsIsAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    Reachability server =
        Reachability.of(
            node.system(),
            "server",
            () -> {
              if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("no client yet");
              }
              return CompletableFuture.completedStage(true);
            });
    await().until(server::getAsBoolean);
  }
}
