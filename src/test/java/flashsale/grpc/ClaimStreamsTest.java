package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.activity.ActivityActor;
import flashsale.activity.Answer;
import flashsale.activity.AnswerSamples;
import flashsale.v1.ClaimBatch;
import flashsale.v1.ClaimReplies;
import flashsale.v1.ClaimRequest;
import flashsale.v1.NumberedClaim;
import flashsale.v1.NumberedReply;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of claims, with an activity that answers when the test says so. */
class ClaimStreamsTest {
  private static final int UNDER_WAY_MAX = 100;
  private static final Duration SOON = Duration.ofSeconds(20);

  private final BlockingQueue<ActivityActor.Claims> asked = new LinkedBlockingQueue<>();
  private RunningInventory inventory;

  @BeforeEach
  void start() throws Exception {
    inventory =
        RunningInventory.start(
            "flashsale.grpc { claim-timeout = 20 s, calls-under-way-max = " + UNDER_WAY_MAX + " }",
            activity ->
                Behaviors.receiveMessage(message -> {
                  asked.add((ActivityActor.Claims) message);
                  return Behaviors.same();
                }));
  }

  @AfterEach
  void stop() {
    inventory.close();
  }

  /** A gateway's side. */
  private final class Gateway {
    final BlockingQueue<ClaimReplies> replies = new LinkedBlockingQueue<>();
    final BoundedSourceQueue<ClaimBatch> claims;
    final UniqueKillSwitch taking;
    final CompletionStage<Done> ended;

    Gateway() {
      Pair<BoundedSourceQueue<ClaimBatch>, Source<ClaimBatch, NotUsed>> batches =
          Source.<ClaimBatch>queue(16).preMaterialize(inventory.system());
      claims = batches.first();
      Pair<UniqueKillSwitch, CompletionStage<Done>> run =
          inventory
              .service()
              .claims(batches.second())
              .viaMat(KillSwitches.single(), Keep.right())
              .toMat(Sink.foreach(replies::add), Keep.both())
              .run(inventory.system());
      taking = run.first();
      ended = run.second();
    }

    void claim(long from, long to) {
      ClaimBatch.Builder batch = ClaimBatch.newBuilder();
      LongStream.range(from, to)
          .forEach(number -> batch.addClaims(claim(number, "user-" + number)));
      send(batch);
    }

    NumberedClaim.Builder claim(long number, String user) {
      return NumberedClaim.newBuilder()
          .setNumber(number)
          .setClaim(ClaimRequest.newBuilder().setActivityId("sale").setUserId(user));
    }

    void send(ClaimBatch.Builder batch) {
      assertThat(claims.offer(batch.build())).isEqualTo(QueueOfferResult.enqueued());
    }

    List<Long> confirmed() throws InterruptedException {
      List<Long> numbers = new ArrayList<>();
      for (NumberedReply reply : next(replies).getRepliesList()) {
        assertThat(reply.getReply().hasConfirmed()).isTrue();
        numbers.add(reply.getNumber());
      }
      return numbers;
    }
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return Objects.requireNonNull(queue.poll(SOON.toSeconds(), TimeUnit.SECONDS), "nothing came");
  }

  /** So many claims, in however many messages they came; answered in one. */
  private Runnable taken(int claims) throws InterruptedException {
    List<ActivityActor.Numbered> answers = new ArrayList<>();
    ActorRef<ActivityActor.Answers> replyTo = null;
    while (answers.size() < claims) {
      ActivityActor.Claims some = next(asked);
      replyTo = some.replyTo();
      answers.addAll(AnswerSamples.to(some, new Answer.Confirmed(AnswerSamples.ORDER)).answers());
    }
    assertThat(answers).hasSize(claims);
    ActorRef<ActivityActor.Answers> to = Objects.requireNonNull(replyTo);
    return () -> to.tell(new ActivityActor.Answers(answers));
  }

  private void assertClaimsAreAnswered() throws InterruptedException {
    Gateway gateway = new Gateway();
    gateway.claim(0, UNDER_WAY_MAX);
    taken(UNDER_WAY_MAX).run();
    assertThat(gateway.confirmed()).hasSize(UNDER_WAY_MAX);
  }

  @Test
  void whatAnActivityAnswersTogetherIsOneMessage() throws Exception {
    Gateway gateway = new Gateway();
    gateway.claim(0, UNDER_WAY_MAX);
    taken(UNDER_WAY_MAX).run();

    assertThat(gateway.confirmed())
        .containsExactlyElementsOf(LongStream.range(0, UNDER_WAY_MAX).boxed().toList());
  }

  @Test
  void whatIsMoreThanMayBeUnderWayIsTriedAgain() throws Exception {
    Gateway gateway = new Gateway();
    gateway.claim(0, UNDER_WAY_MAX + 1);
    ClaimReplies refused = next(gateway.replies);
    assertThat(refused.getRepliesList()).hasSize(1);
    assertThat(refused.getReplies(0).getReply().hasTryAgain()).isTrue();
    taken(UNDER_WAY_MAX).run();
    assertThat(gateway.confirmed()).hasSize(UNDER_WAY_MAX);

    assertClaimsAreAnswered();
  }

  @Test
  void aClaimThatIsNoneDoesNotHarmTheOthers() throws Exception {
    Gateway gateway = new Gateway();
    gateway.send(
        ClaimBatch.newBuilder()
            .addClaims(gateway.claim(1, "a b"))
            .addClaims(gateway.claim(2, "ann")));
    NumberedReply refused = next(gateway.replies).getReplies(0);
    assertThat(refused.getNumber()).isEqualTo(1);
    assertThat(refused.getFault().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
    taken(1).run();
    assertThat(gateway.confirmed()).containsExactly(2L);

    assertClaimsAreAnswered();
  }

  @Test
  void aStreamThatBreaksDoesNotHarmTheOthers() throws Exception {
    Gateway gateway = new Gateway();
    gateway.claim(0, 2);
    Runnable answer = taken(2);
    gateway.claims.fail(new IllegalStateException("by a test"));
    assertThat(gateway.ended.toCompletableFuture()).failsWithin(SOON);
    answer.run();

    assertClaimsAreAnswered();
  }

  @Test
  void aGatewayThatTakesNoRepliesDoesNotHarmTheOthers() throws Exception {
    Gateway gateway = new Gateway();
    gateway.claim(0, 2);
    Runnable answer = taken(2);
    gateway.taking.abort(new IllegalStateException("by a test"));
    assertThat(gateway.ended.toCompletableFuture()).failsWithin(SOON);
    gateway.claims.complete();
    answer.run();

    assertClaimsAreAnswered();
  }

  @Test
  void aGatewayThatClaimsNoMoreGetsItsReplies() throws Exception {
    Gateway gateway = new Gateway();
    gateway.claim(0, 2);
    Runnable answer = taken(2);
    gateway.claims.complete();
    answer.run();

    assertThat(gateway.confirmed()).containsExactly(0L, 1L);
    assertThat(gateway.ended.toCompletableFuture()).succeedsWithin(SOON);
  }

  @Test
  void aNodeThatStopsAnswersWhatItTookAndEndsItsStreams() throws Exception {
    Gateway gateway = new Gateway();
    gateway.claim(0, 2);
    Runnable answer = taken(2);
    inventory.service().endStreams();
    gateway.claim(2, 3);
    NumberedReply refused = next(gateway.replies).getReplies(0);
    assertThat(refused.getNumber()).isEqualTo(2);
    assertThat(refused.getFault().getCode()).isEqualTo(Status.Code.UNAVAILABLE.value());
    answer.run();

    assertThat(gateway.confirmed()).containsExactly(0L, 1L);
    assertThat(gateway.ended.toCompletableFuture()).succeedsWithin(SOON);
    assertThat(new Gateway().ended.toCompletableFuture()).succeedsWithin(SOON);
    assertThat(asked).isEmpty();
  }
}
