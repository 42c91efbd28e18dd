package flashsale.gateway;

import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Product;
import flashsale.model.Quoted;
import flashsale.v1.CreateActivityRequest;
import java.io.IOException;
import java.util.Currency;
import org.apache.pekko.util.ByteString;

/** The meanings a request's body can have. */
final class Bodies {
  private static final int QUANTITY = 1;
  private static final String CURRENCY_EXPECTED = "a currency of ISO 4217, like USD";

  /** Nothing was said about the price: it costs nothing, in US dollars. */
  private static final String CURRENCY_DEFAULT = "USD";

  private Bodies() {}

  /** A purchase: nothing, or {@code {"quantity":1}}. */
  static Parsed<Integer> purchase(ByteString body) {
    return body.isEmpty() ? new Parsed.Good<>(QUANTITY) : StrictJson.parse(body, Bodies::quantity);
  }

  private static Integer quantity(StrictJson json) throws IOException, StrictJson.Refused {
    json.wholeBody(name -> {
      if (!name.equals("quantity")) {
        throw json.unknown(name, "no field but quantity");
      }
      json.wholeNumber(name, QUANTITY, QUANTITY);
    });
    return QUANTITY;
  }

  /** A command that says all in its path: nothing, or an empty object. */
  static Parsed<Integer> nothing(ByteString body) {
    return body.isEmpty() ? new Parsed.Good<>(0) : StrictJson.parse(body, Bodies::noFields);
  }

  private static Integer noFields(StrictJson json) throws IOException, StrictJson.Refused {
    json.wholeBody(name -> {
      throw json.unknown(name, "no field");
    });
    return 0;
  }

  /** {@code {"stock":1500}}. */
  static Parsed<Long> stock(ByteString body) {
    return body.isEmpty() ? empty("stock") : StrictJson.parse(body, Bodies::stockField);
  }

  private static Long stockField(StrictJson json) throws IOException, StrictJson.Refused {
    long[] stock = {0};
    json.wholeBody(name -> {
      if (!name.equals("stock")) {
        throw json.unknown(name, "no field but stock");
      }
      stock[0] = json.wholeNumber(name, 1, Activity.STOCK_MAX);
    });
    if (stock[0] == 0) {
      throw missing("stock", StrictJson.wholeNumberExpected(1, Activity.STOCK_MAX));
    }
    return stock[0];
  }

  /**
   * {@code {"activityId","title","stock","productId"?,"price"?,"opensAt"?,"closesAt"?}}.
   *
   * <p>No product id: the activity's own id. No price: 0 USD. No {@code opensAt}: open at once. No
   * {@code closesAt}: never closes by itself.
   */
  static Parsed<CreateActivityRequest> newActivity(ByteString body) {
    return body.isEmpty()
        ? empty("activityId, title and stock")
        : StrictJson.parse(body, Bodies::newActivityFields);
  }

  private static CreateActivityRequest newActivityFields(StrictJson json)
      throws IOException, StrictJson.Refused {
    CreateActivityRequest.Builder activity = CreateActivityRequest.newBuilder();
    activity.getProductBuilder().setCurrency(CURRENCY_DEFAULT);
    json.wholeBody(name -> take(name, json, activity));
    if (activity.getActivityId().isEmpty()) {
      throw missing("activityId", ActivityId.EXPECTED);
    }
    if (activity.getTitle().isEmpty()) {
      throw missing("title", StrictJson.textExpected(Activity.TITLE_CHARACTERS_MAX));
    }
    if (activity.getStock() == 0) {
      throw missing("stock", StrictJson.wholeNumberExpected(1, Activity.STOCK_MAX));
    }
    boolean bothTimes = activity.getOpensAtMs() != 0 && activity.getClosesAtMs() != 0;
    if (bothTimes && activity.getClosesAtMs() <= activity.getOpensAtMs()) {
      throw new StrictJson.Refused(
          "closesAt",
          Times.format(activity.getClosesAtMs()),
          "after opensAt " + Times.format(activity.getOpensAtMs()));
    }
    return activity.build();
  }

  private static void take(String name, StrictJson json, CreateActivityRequest.Builder activity)
      throws IOException, StrictJson.Refused {
    switch (name) {
      case "activityId" -> activity.setActivityId(activityId(name, json));
      case "title" -> activity.setTitle(json.text(name, Activity.TITLE_CHARACTERS_MAX));
      case "stock" -> activity.setStock(json.wholeNumber(name, 1, Activity.STOCK_MAX));
      case "productId" ->
          activity
              .getProductBuilder()
              .setProductId(json.text(name, Product.PRODUCT_ID_CHARACTERS_MAX));
      case "price" -> price(name, json, activity);
      case "opensAt" -> activity.setOpensAtMs(json.time(name));
      case "closesAt" -> activity.setClosesAtMs(json.time(name));
      default ->
          throw json.unknown(
              name, "any of activityId, title, stock, productId, price, opensAt, closesAt");
    }
  }

  private static String activityId(String name, StrictJson json)
      throws IOException, StrictJson.Refused {
    String id = json.string(name, ActivityId.EXPECTED);
    if (!ActivityId.isValid(id)) {
      throw new StrictJson.Refused(name, Quoted.of(id), ActivityId.EXPECTED);
    }
    return id;
  }

  private static void price(String name, StrictJson json, CreateActivityRequest.Builder activity)
      throws IOException, StrictJson.Refused {
    long[] amount = {-1};
    String[] currency = {""};
    json.object(
        name,
        part -> {
          switch (part) {
            case "amount" -> amount[0] = json.wholeNumber(part, 0, Product.AMOUNT_MAX);
            case "currency" -> currency[0] = currency(part, json);
            default -> throw json.unknown(part, "amount and currency");
          }
        });
    if (amount[0] < 0) {
      throw missing("price.amount", StrictJson.wholeNumberExpected(0, Product.AMOUNT_MAX));
    }
    if (currency[0].isEmpty()) {
      throw missing("price.currency", CURRENCY_EXPECTED);
    }
    activity.getProductBuilder().setAmount(amount[0]).setCurrency(currency[0]);
  }

  private static String currency(String name, StrictJson json)
      throws IOException, StrictJson.Refused {
    String code = json.string(name, CURRENCY_EXPECTED);
    if (!isCurrency(code)) {
      throw new StrictJson.Refused("price." + name, Quoted.of(code), CURRENCY_EXPECTED);
    }
    return code;
  }

  private static boolean isCurrency(String code) {
    return Currency.getAvailableCurrencies().stream()
        .anyMatch(currency -> currency.getCurrencyCode().equals(code));
  }

  private static StrictJson.Refused missing(String field, String expected) {
    return new StrictJson.Refused(field, "missing", expected);
  }

  private static <T> Parsed<T> empty(String fields) {
    return new Parsed.Bad<>(Problem.invalid("body", "empty", "a JSON object with " + fields));
  }
}
