package flashsale.activity;

import flashsale.activity.Catalog.CatalogRow;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.time.Instant;
import java.util.List;

/**
 * One of each {@link Answer}, with every field set to something, and again where it may be null.
 */
public final class AnswerSamples {
  public static final Instant OPENS_AT = Instant.parse("2026-11-23T10:00:00.123Z");
  public static final Instant CLOSES_AT = Instant.parse("2026-11-23T11:00:00Z");
  public static final Instant CONFIRMED_AT = Instant.parse("2026-11-23T10:00:01.456Z");
  public static final ActivityId ACTIVITY_ID = new ActivityId("headphones");
  public static final UserId USER = new UserId("alice@example.com");
  public static final Product PRODUCT = new Product("hp-1", 19_900, "EUR");
  public static final Activity ACTIVITY =
      new Activity(ACTIVITY_ID, "Headphones, half price", PRODUCT, 1_000, OPENS_AT, CLOSES_AT);
  public static final OrderId ORDER_ID = OrderId.of(ACTIVITY_ID, USER);
  public static final Order ORDER =
      new Order(ORDER_ID, ACTIVITY_ID, USER, 1, PRODUCT, 42L, CONFIRMED_AT);
  public static final Order ORDER_WITHOUT_PLACE =
      new Order(ORDER_ID, ACTIVITY_ID, USER, 1, PRODUCT, null, null);
  public static final Answer.View VIEW =
      new Answer.View(
          new CatalogRow(ACTIVITY, true, false, false, 7),
          new Ledger(new Writer(6, Long.MIN_VALUE), 3, 120, 1_000, false),
          true,
          2,
          3);
  public static final Answer.View VIEW_WITHOUT_LEDGER =
      new Answer.View(
          new CatalogRow(
              new Activity(ACTIVITY_ID, "Now and for ever", PRODUCT, 1, null, null),
              false,
              true,
              true,
              1),
          null,
          false,
          0,
          0);

  private AnswerSamples() {}

  public static List<Answer> all() {
    return List.of(
        new Answer.Confirmed(ORDER),
        new Answer.Confirmed(ORDER_WITHOUT_PLACE),
        new Answer.AlreadyPurchased(ORDER_ID),
        new Answer.Closed(),
        new Answer.Paused(),
        new Answer.NotOpen(OPENS_AT),
        new Answer.SoldOut(1_000, 500),
        new Answer.Pending(ORDER_ID),
        new Answer.TryAgain(),
        new Answer.Moving(),
        new Answer.UnknownActivity(),
        new Answer.NotPurchased(),
        VIEW,
        VIEW_WITHOUT_LEDGER,
        new Answer.Done(VIEW),
        new Answer.AlreadySo(VIEW_WITHOUT_LEDGER),
        new Answer.Exists(),
        new Answer.BelowSold(121));
  }

  /** The same answer to all of them. */
  public static ActivityActor.Answers to(ActivityActor.Claims claims, Answer answer) {
    return new ActivityActor.Answers(
        claims.claims().stream()
            .map(claim -> new ActivityActor.Numbered(claim.number(), answer))
            .toList());
  }
}
