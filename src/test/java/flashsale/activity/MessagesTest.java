package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flashsale.activity.ActivityActor.Command;
import flashsale.activity.ActivityActor.Message;
import flashsale.model.UserId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import org.apache.pekko.serialization.jackson.JacksonCborSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever travels between nodes arrives as it was sent, by the serializer that is configured. */
class MessagesTest {
  private static ActorTestKit nodes;
  private static Serialization serialization;
  private static ActorRef<Answer> asker;
  private static ActorRef<ActivityActor.Answers> batcher;

  @BeforeAll
  static void start() {
    nodes =
        ActorTestKit.create(
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.load()));
    serialization = SerializationExtension.get(nodes.system());
    asker = nodes.createTestProbe(Answer.class).getRef();
    batcher = nodes.createTestProbe(ActivityActor.Answers.class).getRef();
  }

  @AfterAll
  static void stop() {
    nodes.shutdownTestKit();
  }

  private static List<Message> messages() {
    return List.of(
        new ActivityActor.Claims(
            List.of(
                new ActivityActor.Claim(1, AnswerSamples.USER),
                new ActivityActor.Claim(Long.MAX_VALUE, new UserId("bob"))),
            batcher),
        new ActivityActor.FindPurchase(AnswerSamples.USER, asker),
        new ActivityActor.Look(asker),
        new ActivityActor.Create(AnswerSamples.ACTIVITY, asker),
        new ActivityActor.Create(AnswerSamples.VIEW_WITHOUT_LEDGER.row().activity(), asker),
        new ActivityActor.Pause(asker),
        new ActivityActor.Resume(asker),
        new ActivityActor.Close(asker),
        new ActivityActor.Repair(asker),
        new ActivityActor.SetStock(10_000_000, asker),
        new ActivityActor.Drain());
  }

  @Test
  void everyMessageToAnActivityArrivesAsItWasSent() {
    assertThat(messages()).allSatisfy(MessagesTest::arrivesAsItWasSent);
  }

  @Test
  void everyAnswerArrivesAsItWasSent() {
    assertThat(AnswerSamples.all()).allSatisfy(MessagesTest::arrivesAsItWasSent);
  }

  @Test
  void everyAnswerToAClaimArrivesAsItWasSent() {
    List<ActivityActor.Numbered> answers =
        AnswerSamples.all().stream().map(each -> new ActivityActor.Numbered(7, each)).toList();
    arrivesAsItWasSent(new ActivityActor.Answers(answers));
  }

  @Test
  void noMessageIsLeftOut() {
    Set<Class<?>> travelling =
        Stream.concat(
                Stream.of(Command.class.getPermittedSubclasses()),
                Stream.of(Message.class.getPermittedSubclasses())
                    .filter(kind -> !kind.isInterface())
                    .filter(CborSerializable.class::isAssignableFrom))
            .collect(Collectors.toSet());

    assertThat(kinds(messages())).isEqualTo(travelling).hasSizeGreaterThan(8);
  }

  @Test
  void noAnswerIsLeftOut() {
    assertThat(kinds(AnswerSamples.all())).isEqualTo(Set.of(Answer.class.getPermittedSubclasses()));
  }

  private static Set<Class<?>> kinds(List<?> samples) {
    return samples.stream().map(Object::getClass).collect(Collectors.toSet());
  }

  private static void arrivesAsItWasSent(Object sent) {
    Serializer serializer = serialization.findSerializerFor(sent);
    assertThat(serializer).isInstanceOf(JacksonCborSerializer.class);

    Object arrived =
        serialization
            .deserialize(
                serialization.serialize(sent).get(),
                serializer.identifier(),
                Serializers.manifestFor(serializer, sent))
            .get();

    assertThat(arrived).isEqualTo(sent);
  }
}
