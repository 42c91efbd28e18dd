package flashsale.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/** What one answer of the shop tells its shopper. */
public sealed interface SelloutAnswer {

  /**
   * You have it.
   *
   * @param sequence null when the answer did not say
   */
  record Has(How how, String orderId, @Nullable Long sequence) implements SelloutAnswer {}

  enum How {
    /** 201 */
    CONFIRMED,
    /** 409 already-purchased */
    ALREADY_PURCHASED,
    /** 200 at the purchase's own address */
    INQUIRED
  }

  record SoldOut() implements SelloutAnswer {}

  /** This request bought nothing, and asking again will not change that. */
  record Refused(String code) implements SelloutAnswer {}

  /** This request bought nothing, now or later; asking again may. */
  record TryAgain(String code, int retryAfterS) implements SelloutAnswer {}

  /** Not known yet; the purchase's address will tell. */
  record Pending(String orderId, int retryAfterS) implements SelloutAnswer {}

  /** No request that the shop had when it was asked has bought anything, or ever will. */
  record NotPurchased() implements SelloutAnswer {}

  /**
   * Anything may have happened.
   *
   * @param answered an answer came, one that the contract does not know; else none came
   */
  record Unknown(String why, boolean answered) implements SelloutAnswer {}

  /** The reason of a shopper who looked away before the answer came. */
  Unknown LOOKED_AWAY = new Unknown("the shopper looked away", false);

  /** Nobody listened: the question was never sent, so that it did nothing. */
  Unknown NOT_SENT = new Unknown("no answer: no connection", false);

  ObjectMapper JSON = new ObjectMapper();

  /** Reads the answer to {@code POST …/purchases}. */
  static SelloutAnswer toPurchase(SelloutHttp.Reply reply) {
    JsonNode body = json(reply.body());
    String code = body.path("code").asText();
    String orderId = body.path("orderId").asText();
    return switch (reply.status()) {
      case 201 ->
          orderId.isEmpty()
              ? strange(reply, code)
              : new Has(How.CONFIRMED, orderId, sequence(body));
      case 202 ->
          orderId.isEmpty() ? strange(reply, code) : new Pending(orderId, reply.retryAfterS());
      case 409 ->
          switch (code) {
            case "already-purchased" ->
                orderId.isEmpty()
                    ? strange(reply, code)
                    : new Has(How.ALREADY_PURCHASED, orderId, null);
            case "sold-out" -> new SoldOut();
            case "not-open" -> new Refused(code);
            default -> strange(reply, code);
          };
      case 503 ->
          code.equals("unavailable") || code.equals("paused")
              ? new TryAgain(code, reply.retryAfterS())
              : strange(reply, code);
      case 429 ->
          code.equals("rate-limited")
              ? new TryAgain(code, reply.retryAfterS())
              : strange(reply, code);
      case 400, 401, 403, 404, 405, 410, 413, 415 ->
          code.isEmpty() ? strange(reply, code) : new Refused(code);
      default -> strange(reply, code);
    };
  }

  /** Reads the answer to {@code GET …/purchases/me}. */
  static SelloutAnswer toInquiry(SelloutHttp.Reply reply) {
    JsonNode body = json(reply.body());
    String code = body.path("code").asText();
    String orderId = body.path("orderId").asText();
    String status = body.path("status").asText();
    if (reply.status() == 200 && !orderId.isEmpty() && status.equals("CONFIRMED")) {
      return new Has(How.INQUIRED, orderId, sequence(body));
    }
    if (reply.status() == 200 && !orderId.isEmpty() && status.equals("PENDING")) {
      return new Pending(orderId, reply.retryAfterS());
    }
    if (reply.status() == 404 && code.equals("not-purchased")) {
      return new NotPurchased();
    }
    if (reply.status() == 503 && !code.isEmpty()) {
      return new TryAgain(code, reply.retryAfterS());
    }
    return strange(reply, code);
  }

  private static @Nullable Long sequence(JsonNode body) {
    return body.path("sequence").isIntegralNumber() ? body.path("sequence").asLong() : null;
  }

  private static Unknown strange(SelloutHttp.Reply reply, String code) {
    return new Unknown(
        "HTTP " + reply.status() + (code.isEmpty() ? " that is not in the contract" : " " + code),
        true);
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }
}
