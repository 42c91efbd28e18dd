package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnknownFieldSet;
import flashsale.activity.ActivityActor;
import flashsale.activity.Answer;
import flashsale.activity.AnswerSamples;
import flashsale.fuzz.Mutation;
import flashsale.v1.ClaimRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.Inventory;
import flashsale.v1.Product;
import flashsale.v1.SetStockRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterProperty;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Whatever bytes a peer sends: the call is answered, refused as its own fault, or not known here;
 * never a fault of ours, and the next call is answered.
 */
class MessageFuzzTest {
  /** Where whatever happens to be a good request goes no further than to the actor. */
  private static final Set<String> TO_ACTORS =
      Set.of("Claim", "CreateActivity", "PauseActivity", "SetStock", "RepairActivity");

  private static final Set<Status.Code> ANSWERED_OR_REFUSED =
      Set.of(Status.Code.OK, Status.Code.INVALID_ARGUMENT);

  private static final RunningInventory INVENTORY = running();
  private static final ManagedChannel CHANNEL =
      NettyChannelBuilder.forAddress("127.0.0.1", INVENTORY.port()).usePlaintext().build();

  private static RunningInventory running() {
    try {
      return RunningInventory.start("pekko.loglevel = OFF", new Actors()::of);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A class of its own: other threads call it while the test's is being initialized. */
  private static final class Actors {
    Behavior<ActivityActor.Message> of(String activity) {
      return Behaviors.receiveMessage(message -> {
        if (message instanceof ActivityActor.Claims claims) {
          claims
              .replyTo()
              .tell(AnswerSamples.to(claims, new Answer.Confirmed(AnswerSamples.ORDER)));
        } else if (message instanceof ActivityActor.Command command) {
          command.replyTo().tell(new Answer.UnknownActivity());
        }
        return Behaviors.same();
      });
    }
  }

  /** Messages as they are: whatever bytes. */
  private static final class Bytes implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString value) {
      return new ByteArrayInputStream(value.toByteArray());
    }

    @Override
    public ByteString parse(InputStream stream) {
      try {
        return ByteString.readFrom(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @AfterContainer
  static void stop() {
    CHANNEL.shutdownNow();
    INVENTORY.close();
  }

  @AfterProperty
  void answersTheNextCall() {
    assertThat(call("Claim", claim().toByteString())).isEqualTo(Status.Code.OK);
  }

  private static ClaimRequest claim() {
    return ClaimRequest.newBuilder()
        .setActivityId("known")
        .setUserId("alice")
        .setQuantity(1)
        .build();
  }

  private static Status.Code call(String method, ByteString message) {
    MethodDescriptor<ByteString, ByteString> descriptor =
        MethodDescriptor.<ByteString, ByteString>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(Inventory.name, method))
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    try {
      ByteString unused =
          ClientCalls.blockingUnaryCall(
              CHANNEL,
              descriptor,
              CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
              message);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      assertThat(String.valueOf(e.getStatus().getDescription()))
          .doesNotContain("Exception", "java.", "pekko", "flashsale.");
      return e.getStatus().getCode();
    }
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void anyBytes(@ForAll("toActors") String method, @ForAll("bytes") ByteString message) {
    assertThat(call(method, message)).isIn(ANSWERED_OR_REFUSED);
  }

  @Property(tries = 700, edgeCases = EdgeCasesMode.NONE)
  void goodMessagesMadeWorse(
      @ForAll("toActors") String method, @ForAll("harmed") ByteString message) {
    assertThat(call(method, message)).isIn(ANSWERED_OR_REFUSED);
  }

  @Property(tries = 700, edgeCases = EdgeCasesMode.NONE)
  void anyValuesInTheirFields(
      @ForAll("toActors") String method, @ForAll("filled") ByteString message) {
    assertThat(call(method, message)).isIn(ANSWERED_OR_REFUSED);
  }

  /** Postgres is away here, and there may be no such call. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void anyBytesToAnyCall(@ForAll("calls") String method, @ForAll("bytes") ByteString message) {
    assertThat(call(method, message))
        .isIn(
            Status.Code.OK,
            Status.Code.INVALID_ARGUMENT,
            Status.Code.UNAVAILABLE,
            Status.Code.UNIMPLEMENTED);
  }

  /** The answer may overtake the rest of the message, which then is not read any more. */
  @Example
  void aMessageOfMegabytesIsRefused() {
    byte[] much = new byte[3_000_000];

    assertThat(call("Claim", ByteString.copyFrom(much)))
        .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INVALID_ARGUMENT, Status.Code.CANCELLED);
  }

  /** The frame around the message is wrong: its length, its flag, its end. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void anyFrames(@ForAll("frames") ByteString frames) throws Exception {
    HttpRequest request =
        HttpRequest.POST("http://127.0.0.1/" + Inventory.name + "/Claim")
            .withEntity(
                HttpEntities.create(
                    MediaTypes.applicationBinary("grpc+proto", true).toContentType(),
                    frames.toByteArray()));

    HttpResponse response =
        Source.single(request)
            .via(
                Http.get(INVENTORY.system())
                    .connectionTo("127.0.0.1")
                    .toPort(INVENTORY.port())
                    .http2WithPriorKnowledge())
            .runWith(Sink.head(), INVENTORY.system())
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);

    assertThat(response.status().intValue()).isEqualTo(200);
    response.discardEntityBytes(INVENTORY.system());
  }

  @Provide
  Arbitrary<String> toActors() {
    return Arbitraries.of(TO_ACTORS);
  }

  @Provide
  Arbitrary<String> calls() {
    return Arbitraries.of(
        "FindPurchase",
        "GetActivity",
        "ListActivities",
        "ListOrders",
        "GetOrder",
        "GetProof",
        "ResumeActivity",
        "CloseActivity",
        "NoSuchCall",
        "claim");
  }

  @Provide
  Arbitrary<ByteString> bytes() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(200).map(ByteString::copyFrom);
  }

  @Provide
  Arbitrary<ByteString> harmed() {
    Arbitrary<MessageLite> good =
        Arbitraries.of(
            claim(),
            SetStockRequest.newBuilder().setActivityId("known").setStock(1500).build(),
            CreateActivityRequest.newBuilder()
                .setActivityId("known")
                .setTitle("Sneaker drop — 250 pairs")
                .setStock(250)
                .setProduct(
                    Product.newBuilder().setProductId("p").setAmount(12_900).setCurrency("EUR"))
                .setOpensAtMs(1_790_000_000_000L)
                .setClosesAtMs(1_790_000_100_000L)
                .build());
    return Combinators.combine(Mutation.some(), good)
        .as((harms, message) -> ByteString.copyFrom(Mutation.apply(harms, message.toByteArray())));
  }

  /** Fields 1 to 8 with values of any wire type: every request reads some of them. */
  @Provide
  Arbitrary<ByteString> filled() {
    Arbitrary<UnknownFieldSet.Field> texts =
        Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(300),
                Arbitraries.of("known", "alice", "EUR", "\u0000", "\ud83d\ude00".repeat(150)))
            .map(text ->
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8(text))
                    .build());
    Arbitrary<UnknownFieldSet.Field> numbers =
        Arbitraries.longs().map(n -> UnknownFieldSet.Field.newBuilder().addVarint(n).build());
    Arbitrary<UnknownFieldSet.Field> fixed =
        Arbitraries.longs().map(n -> UnknownFieldSet.Field.newBuilder().addFixed64(n).build());
    return Combinators.combine(
            Arbitraries.integers().between(1, 8), Arbitraries.oneOf(texts, numbers, fixed))
        .as(UnknownFields::new)
        .list()
        .ofMaxSize(8)
        .map(all -> {
          UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
          all.forEach(field -> message.mergeField(field.number(), field.value()));
          return message.build().toByteString();
        });
  }

  private record UnknownFields(int number, UnknownFieldSet.Field value) {}

  @Provide
  Arbitrary<ByteString> frames() {
    byte[] message = claim().toByteArray();
    byte[] framed = new byte[5 + message.length];
    framed[4] = (byte) message.length;
    System.arraycopy(message, 0, framed, 5, message.length);
    return Arbitraries.oneOf(
        Mutation.some().map(harms -> ByteString.copyFrom(Mutation.apply(harms, framed))), bytes());
  }
}
