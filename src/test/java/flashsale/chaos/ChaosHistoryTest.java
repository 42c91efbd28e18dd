package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.chaos.ChaosHistory.Books;
import flashsale.chaos.ChaosHistory.Order;
import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutHistory;
import flashsale.local.SelloutHistory.Click;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Question;
import flashsale.local.SelloutHistory.Shopper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChaosHistoryTest {
  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<Order> orders = new ArrayList<>();

  private void bought(String user, long cameMs, long confirmedMs) {
    Exchange exchange =
        new Exchange(
            Question.BUY,
            TimeUnit.MILLISECONDS.toNanos(cameMs),
            TimeUnit.MILLISECONDS.toNanos(confirmedMs),
            new SelloutAnswer.Has(SelloutAnswer.How.CONFIRMED, user, null));
    shoppers.add(new Shopper(user, List.of(new Click(List.of(exchange)))));
    orders.add(new Order(user, user, orders.size() + 1L, cameMs, confirmedMs));
  }

  private @Nullable Duration longestPause(long fromMs, long toMs) {
    return new ChaosHistory(
            new SelloutHistory(orders.size(), shoppers, null, null),
            new Books(orders, null, 0),
            new ChaosHistory.Clock(0, 0))
        .longestPause(TimeUnit.MILLISECONDS.toNanos(fromMs), TimeUnit.MILLISECONDS.toNanos(toMs));
  }

  @Test
  void aPauseIsTheTimeWithoutASale() {
    bought("ann", 0, 100);
    bought("ben", 0, 900);
    bought("cid", 0, 1000);
    assertThat(longestPause(0, 1000)).isEqualTo(Duration.ofMillis(800));
  }

  @Test
  void whileNobodyAsksThereIsNoPause() {
    bought("ann", 0, 100);
    bought("ben", 850, 900);
    bought("cid", 0, 950);
    bought("dan", 5000, 5010);
    // Cid waited from the first sale to Ben's; nobody waited for Dan's.
    assertThat(longestPause(0, 6000)).isEqualTo(Duration.ofMillis(800));
  }

  @Test
  void onlyWhatHappensInBetweenCounts() {
    bought("ann", 0, 100);
    bought("ben", 0, 900);
    bought("cid", 0, 1000);
    assertThat(longestPause(950, 2000)).isEqualTo(Duration.ofMillis(100));
    assertThat(longestPause(2000, 3000)).isNull();
  }
}
