package flashsale.activity;

import org.apache.pekko.actor.AllDeadLetters;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/**
 * Tells who asked an activity that the question reached no actor: sharding drops what it holds back
 * when a shard is handed over, and what arrives after an actor's end reaches nobody. Without it the
 * asker would wait for its whole time-out.
 */
final class Undelivered {
  private Undelivered() {}

  static Behavior<AllDeadLetters> create() {
    return Behaviors.setup(context -> {
      context
          .getSystem()
          .eventStream()
          .tell(new EventStream.Subscribe<>(AllDeadLetters.class, context.getSelf()));
      return Behaviors.receiveMessage(letter -> {
        switch (content(letter)) {
          case ActivityActor.Command command -> command.replyTo().tell(new Answer.Moving());
          case ActivityActor.Claims claims -> claims.replyTo().tell(moving(claims));
          default -> {}
        }
        return Behaviors.same();
      });
    });
  }

  private static ActivityActor.Answers moving(ActivityActor.Claims claims) {
    return new ActivityActor.Answers(
        claims.claims().stream()
            .map(claim -> new ActivityActor.Numbered(claim.number(), new Answer.Moving()))
            .toList());
  }

  /** What sharding drops comes in up to three envelopes. */
  private static Object content(Object message) {
    return switch (message) {
      case AllDeadLetters letter -> content(letter.message());
      case ShardingEnvelope<?> envelope -> content(envelope.message());
      default -> message;
    };
  }
}
