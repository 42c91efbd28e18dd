package flashsale.local;

import flashsale.local.SelloutHistory.Question;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;

/**
 * Where shoppers of one activity ask: puts a question into HTTP, and what comes back into an
 * answer.
 */
public final class SelloutDesk {
  private final String purchases;
  private final Duration answerWithin;

  /** After {@code answerWithin} a shopper no longer waits for one answer. */
  public SelloutDesk(String activityId, Duration answerWithin) {
    this.purchases = "/v1/activities/" + activityId + "/purchases";
    this.answerWithin = answerWithin;
  }

  /** Never fails: that no answer came is an answer too. */
  public SelloutAnswer ask(Question question, String token, SelloutHttp connection) {
    return ask(question, token, connection, answerWithin);
  }

  /** The same, by a shopper with another patience. */
  public SelloutAnswer ask(
      Question question, String token, SelloutHttp connection, Duration patience) {
    try {
      return switch (question) {
        case BUY ->
            SelloutAnswer.toPurchase(connection.exchange("POST", purchases, token, null, patience));
        case INQUIRE ->
            SelloutAnswer.toInquiry(
                connection.exchange("GET", purchases + "/me", token, null, patience));
      };
    } catch (ConnectException e) {
      return SelloutAnswer.NOT_SENT;
    } catch (IOException e) {
      return new SelloutAnswer.Unknown("no answer: " + e.getMessage(), false);
    }
  }
}
