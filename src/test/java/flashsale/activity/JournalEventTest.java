package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import org.apache.pekko.serialization.jackson.JacksonJsonSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The journal keeps what it was given for ever, so what was written once must stay readable.
 *
 * <p>A test that fails here is mended in the program, never by changing a text below: such texts
 * stand in databases. A new field must be one that may be absent.
 */
class JournalEventTest {
  /** The serializer's number, which is stored beside each event. */
  private static final int JACKSON_JSON = 31;

  /** As stored: the manifest, which is the class name, and the JSON. */
  private record Stored(String manifest, String json) {}

  private static final Map<JournalEvent, Stored> JOURNAL = new LinkedHashMap<>();

  static {
    JOURNAL.put(
        JournalEvent.Created.of(Long.MIN_VALUE, AnswerSamples.ACTIVITY),
        new Stored(
            "flashsale.activity.JournalEvent$Created",
            """
            {"incarnation":-9223372036854775808,"activityId":"headphones",\
            "title":"Headphones, half price","stock":1000,"productId":"hp-1","amount":19900,\
            "currency":"EUR","opensAt":"2026-11-23T10:00:00.123Z","closesAt":"2026-11-23T11:00:00Z"}\
            """));
    JOURNAL.put(
        JournalEvent.Created.of(1, AnswerSamples.VIEW_WITHOUT_LEDGER.row().activity()),
        new Stored(
            "flashsale.activity.JournalEvent$Created",
            """
            {"incarnation":1,"activityId":"headphones","title":"Now and for ever","stock":1,\
            "productId":"hp-1","amount":19900,"currency":"EUR","opensAt":null,"closesAt":null}\
            """));
    JOURNAL.put(
        new JournalEvent.EpochStarted(Long.MAX_VALUE),
        new Stored(
            "flashsale.activity.JournalEvent$EpochStarted",
            "{\"incarnation\":9223372036854775807}"));
    JOURNAL.put(
        new JournalEvent.Paused(3),
        new Stored("flashsale.activity.JournalEvent$Paused", "{\"incarnation\":3}"));
    JOURNAL.put(
        new JournalEvent.Resumed(4),
        new Stored("flashsale.activity.JournalEvent$Resumed", "{\"incarnation\":4}"));
    JOURNAL.put(
        new JournalEvent.StockSet(5, 1_500),
        new Stored(
            "flashsale.activity.JournalEvent$StockSet", "{\"incarnation\":5,\"stock\":1500}"));
    JOURNAL.put(
        new JournalEvent.Closed(6),
        new Stored("flashsale.activity.JournalEvent$Closed", "{\"incarnation\":6}"));
  }

  private static ActorTestKit node;
  private static Serialization serialization;

  @BeforeAll
  static void start() {
    node =
        ActorTestKit.create(
            ConfigFactory.parseString("pekko.actor.provider = local")
                .withFallback(ConfigFactory.load()));
    serialization = SerializationExtension.get(node.system());
  }

  @AfterAll
  static void stop() {
    node.shutdownTestKit();
  }

  @Test
  void everyEventIsStoredAsPlainJson() {
    assertThat(JOURNAL)
        .allSatisfy((event, stored) -> {
          Serializer serializer = serialization.findSerializerFor(event);
          assertThat(serializer).isInstanceOf(JacksonJsonSerializer.class);
          assertThat(serializer.identifier()).isEqualTo(JACKSON_JSON);
          assertThat(Serializers.manifestFor(serializer, event)).isEqualTo(stored.manifest());
          assertThat(new String(serializer.toBinary(event), StandardCharsets.UTF_8))
              .isEqualTo(stored.json());
        });
  }

  @Test
  void whatWasStoredOnceIsReadForEver() {
    assertThat(JOURNAL)
        .allSatisfy((event, stored) ->
            assertThat(
                    serialization
                        .deserialize(
                            stored.json().getBytes(StandardCharsets.UTF_8),
                            JACKSON_JSON,
                            stored.manifest())
                        .get())
                .isEqualTo(event));
  }

  @Test
  void noEventIsLeftOut() {
    assertThat(JOURNAL.keySet().stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(Set.of(JournalEvent.class.getPermittedSubclasses()));
  }

  @Test
  void aCreatedActivityComesBackWhole() {
    assertThat(JournalEvent.Created.of(1, AnswerSamples.ACTIVITY).activity())
        .isEqualTo(AnswerSamples.ACTIVITY);
  }
}
