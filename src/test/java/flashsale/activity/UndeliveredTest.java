package flashsale.activity;

import com.typesafe.config.ConfigFactory;
import flashsale.model.UserId;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.Dropped;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UndeliveredTest {
  private final ActorTestKit node =
      ActorTestKit.create(ConfigFactory.parseString("pekko.log-dead-letters = off"));
  private final TestProbe<Answer> asker = node.createTestProbe();
  private final TestProbe<ActivityActor.Answers> batcher = node.createTestProbe();
  private final ActivityActor.FindPurchase find =
      new ActivityActor.FindPurchase(new UserId("ann"), asker.getRef());
  private final ActivityActor.Claims claims =
      new ActivityActor.Claims(
          List.of(
              new ActivityActor.Claim(5, new UserId("ann")),
              new ActivityActor.Claim(6, new UserId("bob"))),
          batcher.getRef());

  @BeforeEach
  void listen() {
    node.spawn(Undelivered.create());
    // It subscribes at some time after this.
    TestProbe<Answer> first = node.createTestProbe();
    ActorRef<Object> nobody = node.system().deadLetters();
    first.awaitAssert(() -> {
      nobody.tell(new ActivityActor.Look(first.getRef()));
      return first.receiveMessage(Duration.ofMillis(100));
    });
  }

  @AfterEach
  void end() {
    node.shutdownTestKit();
  }

  /** As a shard region does; the actor of dead letters wraps it once more. */
  @Test
  void whatShardingDropsIsAnswered() {
    ActorRef<Object> nobody = node.system().deadLetters();
    nobody.tell(
        Dropped.apply(
            new ShardingEnvelope<>("sale", find), "hand-over", Adapter.toClassic(nobody)));
    asker.expectMessage(new Answer.Moving());
  }

  @Test
  void whatArrivesAfterTheEndIsAnswered() {
    ActorRef<ActivityActor.Message> ended = node.spawn(Behaviors.stopped());
    asker.expectTerminated(ended);
    ended.tell(find);
    asker.expectMessage(new Answer.Moving());
    ended.tell(claims);
    batcher.expectMessage(AnswerSamples.to(claims, new Answer.Moving()));
  }
}
