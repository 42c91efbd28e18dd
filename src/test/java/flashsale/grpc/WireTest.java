package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import flashsale.activity.Answer;
import flashsale.activity.AnswerSamples;
import flashsale.activity.Catalog.CatalogRow;
import flashsale.model.Activity;
import flashsale.model.ActivityStatus;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimReply;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.Order;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each answer of an activity's actor becomes the one reply that says the same. */
class WireTest {
  private static final Map<Class<?>, ClaimReply.OutcomeCase> OF_CLAIM =
      Map.of(
          Answer.Confirmed.class, ClaimReply.OutcomeCase.CONFIRMED,
          Answer.AlreadyPurchased.class, ClaimReply.OutcomeCase.ALREADY_PURCHASED,
          Answer.Closed.class, ClaimReply.OutcomeCase.CLOSED,
          Answer.Paused.class, ClaimReply.OutcomeCase.PAUSED,
          Answer.NotOpen.class, ClaimReply.OutcomeCase.NOT_OPEN,
          Answer.SoldOut.class, ClaimReply.OutcomeCase.SOLD_OUT,
          Answer.Pending.class, ClaimReply.OutcomeCase.PENDING,
          Answer.TryAgain.class, ClaimReply.OutcomeCase.TRY_AGAIN,
          Answer.UnknownActivity.class, ClaimReply.OutcomeCase.UNKNOWN_ACTIVITY);

  private static final Map<Class<?>, FindPurchaseReply.OutcomeCase> OF_FINDING =
      Map.of(
          Answer.Confirmed.class, FindPurchaseReply.OutcomeCase.CONFIRMED,
          Answer.Pending.class, FindPurchaseReply.OutcomeCase.PENDING,
          Answer.NotPurchased.class, FindPurchaseReply.OutcomeCase.NOT_PURCHASED,
          Answer.TryAgain.class, FindPurchaseReply.OutcomeCase.TRY_AGAIN,
          Answer.UnknownActivity.class, FindPurchaseReply.OutcomeCase.UNKNOWN_ACTIVITY);

  private static final Map<Class<?>, ChangeActivityReply.OutcomeCase> OF_CHANGE =
      Map.of(
          Answer.Done.class, ChangeActivityReply.OutcomeCase.DONE,
          Answer.AlreadySo.class, ChangeActivityReply.OutcomeCase.ALREADY_SO,
          Answer.Exists.class, ChangeActivityReply.OutcomeCase.EXISTS,
          Answer.BelowSold.class, ChangeActivityReply.OutcomeCase.BELOW_SOLD,
          Answer.Closed.class, ChangeActivityReply.OutcomeCase.CLOSED,
          Answer.UnknownActivity.class, ChangeActivityReply.OutcomeCase.UNKNOWN_ACTIVITY,
          Answer.TryAgain.class, ChangeActivityReply.OutcomeCase.TRY_AGAIN);

  @Test
  void everyAnswerToAClaimHasItsOutcome() {
    everyAnswerHasItsOutcome(Wire::claimReply, ClaimReply::getOutcomeCase, OF_CLAIM);
    assertThat(OF_CLAIM.values())
        .containsExactlyInAnyOrderElementsOf(
            EnumSet.complementOf(EnumSet.of(ClaimReply.OutcomeCase.OUTCOME_NOT_SET)));
  }

  @Test
  void everyAnswerToAQuestionForAPurchaseHasItsOutcome() {
    everyAnswerHasItsOutcome(
        Wire::findPurchaseReply, FindPurchaseReply::getOutcomeCase, OF_FINDING);
    assertThat(OF_FINDING.values())
        .containsExactlyInAnyOrderElementsOf(
            EnumSet.complementOf(EnumSet.of(FindPurchaseReply.OutcomeCase.OUTCOME_NOT_SET)));
  }

  @Test
  void everyAnswerToAChangeHasItsOutcome() {
    everyAnswerHasItsOutcome(Wire::changeReply, ChangeActivityReply::getOutcomeCase, OF_CHANGE);
    assertThat(OF_CHANGE.values())
        .containsExactlyInAnyOrderElementsOf(
            EnumSet.complementOf(EnumSet.of(ChangeActivityReply.OutcomeCase.OUTCOME_NOT_SET)));
  }

  /** A new kind of answer needs a line in one of the tables. */
  @Test
  void noAnswerIsLeftOut() {
    Set<Class<?>> replied = new HashSet<>(OF_CLAIM.keySet());
    replied.addAll(OF_FINDING.keySet());
    replied.addAll(OF_CHANGE.keySet());
    replied.add(Answer.View.class);
    // Nobody outside is told it: the service asks the next actor.
    replied.add(Answer.Moving.class);

    assertThat(replied).isEqualTo(Set.of(Answer.class.getPermittedSubclasses()));
  }

  private static <R extends Message, C> void everyAnswerHasItsOutcome(
      Function<Answer, R> reply, Function<R, C> outcome, Map<Class<?>, C> expected) {
    assertThat(AnswerSamples.all())
        .allSatisfy(answer -> {
          C outcomeCase = expected.get(answer.getClass());
          if (outcomeCase == null) {
            assertThatThrownBy(() -> reply.apply(answer)).isInstanceOf(IllegalStateException.class);
          } else {
            R sent = reply.apply(answer);
            assertThat(outcome.apply(sent)).isEqualTo(outcomeCase);
            assertThat(overTheWire(sent)).isEqualTo(sent);
          }
        });
  }

  private static Message overTheWire(Message sent) throws InvalidProtocolBufferException {
    return sent.getParserForType().parseFrom(sent.toByteArray());
  }

  @Test
  void anOrderKeepsAllItsFields() {
    Order order = Wire.claimReply(new Answer.Confirmed(AnswerSamples.ORDER)).getConfirmed();

    assertThat(order.getOrderId()).isEqualTo(AnswerSamples.ORDER_ID.toString());
    assertThat(order.getActivityId()).isEqualTo("headphones");
    assertThat(order.getUserId()).isEqualTo("alice@example.com");
    assertThat(order.getQuantity()).isEqualTo(1);
    assertThat(order.getProduct().getProductId()).isEqualTo("hp-1");
    assertThat(order.getProduct().getAmount()).isEqualTo(19_900);
    assertThat(order.getProduct().getCurrency()).isEqualTo("EUR");
    assertThat(order.getSequence()).isEqualTo(42);
    assertThat(order.getConfirmedAtMs()).isEqualTo(AnswerSamples.CONFIRMED_AT.toEpochMilli());
  }

  @Test
  void aPlaceThatIsNotAtHandIsZero() {
    Order order = Wire.order(AnswerSamples.ORDER_WITHOUT_PLACE);

    assertThat(order.getSequence()).isZero();
    assertThat(order.getConfirmedAtMs()).isZero();
  }

  @Test
  void refusalsKeepWhatTheyCarry() {
    assertThat(Wire.claimReply(new Answer.AlreadyPurchased(AnswerSamples.ORDER_ID)))
        .extracting(reply -> reply.getAlreadyPurchased().getOrderId())
        .isEqualTo(AnswerSamples.ORDER_ID.toString());
    assertThat(Wire.claimReply(new Answer.Pending(AnswerSamples.ORDER_ID)).getPending())
        .isEqualTo(Wire.findPurchaseReply(new Answer.Pending(AnswerSamples.ORDER_ID)).getPending())
        .extracting(ClaimReply.Pending::getOrderId)
        .isEqualTo(AnswerSamples.ORDER_ID.toString());
    assertThat(Wire.claimReply(new Answer.NotOpen(AnswerSamples.OPENS_AT)))
        .extracting(reply -> reply.getNotOpen().getOpensAtMs())
        .isEqualTo(AnswerSamples.OPENS_AT.toEpochMilli());
    assertThat(Wire.claimReply(new Answer.Paused()).getPaused().getRetryAfterS()).isPositive();
    assertThat(Wire.claimReply(new Answer.TryAgain()).getTryAgain().getRetryAfterS()).isPositive();
    assertThat(Wire.changeReply(new Answer.BelowSold(121)).getBelowSold().getSold()).isEqualTo(121);
  }

  @Test
  void anActivityShowsWhatIsLeft() {
    flashsale.v1.Activity activity =
        Wire.activity(AnswerSamples.VIEW.row(), 120, AnswerSamples.OPENS_AT);

    assertThat(activity.getActivityId()).isEqualTo("headphones");
    assertThat(activity.getTitle()).isEqualTo("Headphones, half price");
    assertThat(activity.getStock()).isEqualTo(1_000);
    assertThat(activity.getLeft()).isEqualTo(880);
    assertThat(activity.getStatus()).isEqualTo(flashsale.v1.ActivityStatus.OPEN);
    assertThat(activity.getOpensAtMs()).isEqualTo(AnswerSamples.OPENS_AT.toEpochMilli());
    assertThat(activity.getClosesAtMs()).isEqualTo(AnswerSamples.CLOSES_AT.toEpochMilli());
  }

  @Test
  void aTimeThatWasNotSetIsZero() {
    flashsale.v1.Activity activity =
        Wire.activity(AnswerSamples.VIEW_WITHOUT_LEDGER.row(), 0, AnswerSamples.OPENS_AT);

    assertThat(activity.getOpensAtMs()).isZero();
    assertThat(activity.getClosesAtMs()).isZero();
  }

  @Test
  void everyStatusHasANameOnTheWire() {
    assertThat(Stream.of(ActivityStatus.values()).map(Enum::name))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(flashsale.v1.ActivityStatus.values())
                .map(Enum::name)
                .filter(name -> !name.equals("ACTIVITY_STATUS_UNSPECIFIED"))
                .filter(name -> !name.equals("UNRECOGNIZED"))
                .toList());
  }

  // Closed before paused before scheduled before sold out.

  private static final Instant BEFORE = AnswerSamples.OPENS_AT.minusMillis(1);
  private static final Instant DURING = AnswerSamples.OPENS_AT;
  private static final Instant AFTER = AnswerSamples.CLOSES_AT;

  private static CatalogRow row(boolean opened, boolean paused, boolean closed) {
    return new CatalogRow(AnswerSamples.ACTIVITY, opened, paused, closed, 9);
  }

  @Test
  void closedIsSaidBeforeAnythingElse() {
    assertThat(Wire.status(row(true, true, true), 1_000, BEFORE)).isEqualTo(ActivityStatus.CLOSED);
  }

  @Test
  void closesByTheClock() {
    assertThat(Wire.status(row(true, true, false), 1_000, AFTER)).isEqualTo(ActivityStatus.CLOSED);
  }

  @Test
  void pausedIsSaidBeforeScheduledAndSoldOut() {
    assertThat(Wire.status(row(false, true, false), 1_000, BEFORE))
        .isEqualTo(ActivityStatus.PAUSED);
  }

  @Test
  void scheduledUntilTheOpeningTime() {
    assertThat(Wire.status(row(false, false, false), 0, BEFORE))
        .isEqualTo(ActivityStatus.SCHEDULED);
    assertThat(Wire.status(row(false, false, false), 0, DURING)).isEqualTo(ActivityStatus.OPEN);
  }

  @Test
  void scheduledThoughAnEpochIsReady() {
    assertThat(Wire.status(row(true, false, false), 0, BEFORE)).isEqualTo(ActivityStatus.SCHEDULED);
  }

  @Test
  void noClockTakesBackThatItWasOpen() {
    assertThat(Wire.status(row(true, false, false), 1, BEFORE)).isEqualTo(ActivityStatus.OPEN);
  }

  @Test
  void soldOutWhenAsManyAreSoldAsThereAre() {
    assertThat(Wire.status(row(true, false, false), 999, DURING)).isEqualTo(ActivityStatus.OPEN);
    assertThat(Wire.status(row(true, false, false), 1_000, DURING))
        .isEqualTo(ActivityStatus.SOLD_OUT);
  }

  // What comes in.

  private static CreateActivityRequest.Builder request() {
    return CreateActivityRequest.newBuilder()
        .setActivityId("headphones")
        .setTitle("Headphones, half price")
        .setStock(1_000)
        .setProduct(
            flashsale.v1.Product.newBuilder()
                .setProductId("hp-1")
                .setAmount(19_900)
                .setCurrency("EUR"))
        .setOpensAtMs(AnswerSamples.OPENS_AT.toEpochMilli())
        .setClosesAtMs(AnswerSamples.CLOSES_AT.toEpochMilli());
  }

  @Test
  void anActivityComesInWhole() {
    assertThat(Wire.activity(request().build())).isEqualTo(AnswerSamples.ACTIVITY);
  }

  @Test
  void aProductWithoutAnIdIsNamedLikeTheActivity() {
    CreateActivityRequest.Builder request = request();
    request.getProductBuilder().setProductId("");

    assertThat(Wire.activity(request.build()).product().productId()).isEqualTo("headphones");
  }

  @Test
  void zeroMeansAtOnceAndNever() {
    Activity activity = Wire.activity(request().setOpensAtMs(0).setClosesAtMs(0).build());

    assertThat(activity.opensAt()).isNull();
    assertThat(activity.closesAt()).isNull();
  }

  @Test
  void refusesATimeThatNobodyCanWrite() {
    assertRefused(request().setOpensAtMs(-1), "opensAtMs: -1 (expected: 0 for none, up to ");
    assertRefused(
        request().setClosesAtMs(253_402_300_800_000L),
        "closesAtMs: 253402300800000 (expected: 0 for none, up to 253402300799999)");
  }

  private static void assertRefused(CreateActivityRequest.Builder request, String why) {
    assertThatThrownBy(() -> Wire.activity(request.build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(why);
  }

  @Test
  void refusesAnOrderIdThatIsNotWrittenInFull() {
    for (String text : new String[] {"", "1-1-1-1-1", "x".repeat(36)}) {
      assertThatThrownBy(() -> Wire.orderId(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("orderId: \"" + text + "\" (expected: a UUID, 36 characters)");
    }
    assertThat(Wire.orderId(AnswerSamples.ORDER_ID.toString())).isEqualTo(AnswerSamples.ORDER_ID);
  }
}
