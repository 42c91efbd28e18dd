package flashsale.grpc;

import flashsale.activity.Answer;
import flashsale.activity.Catalog.CatalogRow;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.ActivityStatus;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.Quoted;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimReply;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.Nothing;
import flashsale.v1.RepairActivityReply;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Between the model and the wire; one method a message. */
final class Wire {
  /** An operator's pause has no known end. */
  private static final int PAUSED_RETRY_AFTER_S = 5;

  /** An epoch is opened, or a part is away: it is usually back within a second. */
  private static final int TRY_AGAIN_RETRY_AFTER_S = 1;

  /** The last millisecond of the year 9999, which RFC 3339 and Postgres both can write. */
  private static final long TIME_MAX_MS = 253_402_300_799_999L;

  /** A pause or a close is noticed after this. */
  private static final long NOT_OPEN_VALID_MS = 1_000;

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private static final Nothing NOTHING = Nothing.getDefaultInstance();

  private Wire() {}

  /**
   * @throws IllegalArgumentException for more than one unit
   */
  static void requireOne(int quantity) {
    if (quantity != 0 && quantity != 1) {
      throw new IllegalArgumentException("quantity: " + quantity + " (expected: 1)");
    }
  }

  static ClaimReply claimReply(Answer answer) {
    ClaimReply.Builder reply = ClaimReply.newBuilder();
    return switch (answer) {
      case Answer.Confirmed confirmed -> reply.setConfirmed(order(confirmed.order())).build();
      case Answer.AlreadyPurchased already ->
          reply
              .setAlreadyPurchased(
                  ClaimReply.AlreadyPurchased.newBuilder().setOrderId(already.orderId().toString()))
              .build();
      case Answer.Closed closed -> reply.setClosed(NOTHING).build();
      case Answer.Paused paused ->
          reply
              .setPaused(ClaimReply.Paused.newBuilder().setRetryAfterS(PAUSED_RETRY_AFTER_S))
              .build();
      case Answer.NotOpen notOpen ->
          reply
              .setNotOpen(
                  ClaimReply.NotOpen.newBuilder()
                      .setOpensAtMs(notOpen.opensAt().toEpochMilli())
                      .setValidMs(validMs(notOpen.opensAt())))
              .build();
      case Answer.SoldOut soldOut ->
          reply
              .setSoldOut(
                  ClaimReply.SoldOut.newBuilder()
                      .setSold(soldOut.sold())
                      .setValidMs((int) soldOut.validMs()))
              .build();
      case Answer.Pending pending -> reply.setPending(pending(pending.orderId())).build();
      case Answer.TryAgain tryAgain -> reply.setTryAgain(tryAgain()).build();
      case Answer.UnknownActivity unknown -> reply.setUnknownActivity(NOTHING).build();
      default -> throw unexpected(answer);
    };
  }

  private static int validMs(Instant until) {
    return (int)
        Math.clamp(until.toEpochMilli() - System.currentTimeMillis(), 0, NOT_OPEN_VALID_MS);
  }

  static FindPurchaseReply findPurchaseReply(Answer answer) {
    FindPurchaseReply.Builder reply = FindPurchaseReply.newBuilder();
    return switch (answer) {
      case Answer.Confirmed confirmed -> reply.setConfirmed(order(confirmed.order())).build();
      case Answer.Pending pending -> reply.setPending(pending(pending.orderId())).build();
      case Answer.NotPurchased not -> reply.setNotPurchased(NOTHING).build();
      case Answer.TryAgain tryAgain -> reply.setTryAgain(tryAgain()).build();
      case Answer.UnknownActivity unknown -> reply.setUnknownActivity(NOTHING).build();
      default -> throw unexpected(answer);
    };
  }

  static ChangeActivityReply changeReply(Answer answer) {
    ChangeActivityReply.Builder reply = ChangeActivityReply.newBuilder();
    return switch (answer) {
      case Answer.Done done -> reply.setDone(activity(done.view())).build();
      case Answer.AlreadySo so -> reply.setAlreadySo(activity(so.view())).build();
      case Answer.Exists exists -> reply.setExists(NOTHING).build();
      case Answer.BelowSold below ->
          reply
              .setBelowSold(ChangeActivityReply.BelowSold.newBuilder().setSold(below.sold()))
              .build();
      case Answer.Closed closed -> reply.setClosed(NOTHING).build();
      case Answer.UnknownActivity unknown -> reply.setUnknownActivity(NOTHING).build();
      case Answer.TryAgain tryAgain -> reply.setTryAgain(tryAgain()).build();
      default -> throw unexpected(answer);
    };
  }

  static RepairActivityReply notRepaired(Answer answer) {
    RepairActivityReply.Builder reply = RepairActivityReply.newBuilder();
    return switch (answer) {
      case Answer.UnknownActivity unknown -> reply.setUnknownActivity(NOTHING).build();
      case Answer.TryAgain tryAgain -> reply.setTryAgain(tryAgain()).build();
      default -> throw unexpected(answer);
    };
  }

  private static IllegalStateException unexpected(Answer answer) {
    return new IllegalStateException("not an answer to this: " + answer);
  }

  private static ClaimReply.Pending pending(OrderId orderId) {
    return ClaimReply.Pending.newBuilder().setOrderId(orderId.toString()).build();
  }

  private static ClaimReply.TryAgain tryAgain() {
    return ClaimReply.TryAgain.newBuilder().setRetryAfterS(TRY_AGAIN_RETRY_AFTER_S).build();
  }

  static flashsale.v1.Order order(Order order) {
    Long sequence = order.sequence();
    return flashsale.v1.Order.newBuilder()
        .setOrderId(order.id().toString())
        .setActivityId(order.activity().value())
        .setUserId(order.user().value())
        .setQuantity(order.quantity())
        .setProduct(product(order.product()))
        .setSequence(sequence == null ? 0 : sequence)
        .setConfirmedAtMs(millis(order.confirmedAt()))
        .build();
  }

  private static flashsale.v1.Product product(Product product) {
    return flashsale.v1.Product.newBuilder()
        .setProductId(product.productId())
        .setAmount(product.amount())
        .setCurrency(product.currency())
        .build();
  }

  private static long millis(@Nullable Instant instant) {
    return instant == null ? 0 : instant.toEpochMilli();
  }

  /** The activity with the units that its actor knows to be sold. */
  private static flashsale.v1.Activity activity(Answer.View view) {
    return activity(view.row(), view.ledger() == null ? 0 : view.ledger().sold(), Instant.now());
  }

  static flashsale.v1.Activity activity(CatalogRow row, long sold, Instant now) {
    Activity activity = row.activity();
    return flashsale.v1.Activity.newBuilder()
        .setActivityId(activity.id().value())
        .setTitle(activity.title())
        .setProduct(product(activity.product()))
        .setStatus(flashsale.v1.ActivityStatus.valueOf(status(row, sold, now).name()))
        .setStock(activity.stock())
        .setLeft(Math.max(0, activity.stock() - sold))
        .setOpensAtMs(millis(activity.opensAt()))
        .setClosesAtMs(millis(activity.closesAt()))
        .build();
  }

  /** A sale and closed are facts; the clock only speaks where there is no fact yet. */
  static ActivityStatus status(CatalogRow row, long sold, Instant now) {
    Instant opensAt = row.activity().opensAt();
    Instant closesAt = row.activity().closesAt();
    if (row.closed() || closesAt != null && !now.isBefore(closesAt)) {
      return ActivityStatus.CLOSED;
    }
    if (row.paused()) {
      return ActivityStatus.PAUSED;
    }
    if (sold == 0 && opensAt != null && now.isBefore(opensAt)) {
      return ActivityStatus.SCHEDULED;
    }
    return sold >= row.activity().stock() ? ActivityStatus.SOLD_OUT : ActivityStatus.OPEN;
  }

  /** Throws {@link IllegalArgumentException} that names what is wrong and what was expected. */
  static Activity activity(CreateActivityRequest request) {
    flashsale.v1.Product product = request.getProduct();
    String productId = product.getProductId();
    return new Activity(
        new ActivityId(request.getActivityId()),
        request.getTitle(),
        new Product(
            productId.isEmpty() ? request.getActivityId() : productId,
            product.getAmount(),
            product.getCurrency()),
        request.getStock(),
        instant("opensAtMs", request.getOpensAtMs()),
        instant("closesAtMs", request.getClosesAtMs()));
  }

  /** Throws {@link IllegalArgumentException} unless it is a UUID written in full. */
  static OrderId orderId(String text) {
    if (!UUID_TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "orderId: " + Quoted.of(text) + " (expected: a UUID, 36 characters)");
    }
    return new OrderId(UUID.fromString(text));
  }

  private static @Nullable Instant instant(String name, long millis) {
    if (millis < 0 || millis > TIME_MAX_MS) {
      throw new IllegalArgumentException(
          name + ": " + millis + " (expected: 0 for none, up to " + TIME_MAX_MS + ")");
    }
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }
}
