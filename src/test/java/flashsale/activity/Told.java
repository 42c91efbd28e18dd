package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.model.OrderId;
import flashsale.model.UserId;

/** What a request was told, as tests say it. */
final class Told {
  private Told() {}

  static void assertConfirmed(Request request, long sequence) {
    assertThat(request.answer())
        .isInstanceOfSatisfying(
            Answer.Confirmed.class,
            confirmed -> assertThat(confirmed.order().sequence()).isEqualTo(sequence));
  }

  static Answer alreadyPurchased(Request request) {
    return new Answer.AlreadyPurchased(orderOf(request.user));
  }

  static Answer pending(Request request) {
    return new Answer.Pending(orderOf(request.user));
  }

  private static OrderId orderOf(UserId user) {
    return OrderId.of(World.ID, user);
  }
}
