package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.local.SelloutHistory.Click;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Question;
import flashsale.local.SelloutHistory.Shopper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SelloutReportTest {
  private static Shopper asksFromTo(String user, long fromMs, long toMs, SelloutAnswer answer) {
    long fromNs = TimeUnit.MILLISECONDS.toNanos(fromMs);
    long toNs = TimeUnit.MILLISECONDS.toNanos(toMs);
    return new Shopper(
        user, List.of(new Click(List.of(new Exchange(Question.BUY, fromNs, toNs, answer)))));
  }

  @Test
  void neverCountsARefusalAsThroughput() {
    List<Shopper> shoppers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      SelloutAnswer has = new SelloutAnswer.Has(SelloutAnswer.How.CONFIRMED, "o" + i, i + 1L);
      shoppers.add(asksFromTo("buyer-" + i, 0, 1000, has));
    }
    for (int i = 0; i < 990; i++) {
      shoppers.add(asksFromTo("late-" + i, 1000, 5000, new SelloutAnswer.SoldOut()));
    }
    assertThat(SelloutReport.of(new SelloutHistory(10, shoppers, null, null)))
        .containsPattern("confirmed per second +2 +over the whole time")
        .containsPattern("while selling +10 +until the last unit was told, 1.00 s")
        .containsPattern("sold-out +990")
        .containsPattern("wall time +5.00 s");
  }

  @Test
  void keepsTheLatencyOfBuyersAndRefusedApart() {
    SelloutAnswer has = new SelloutAnswer.Has(SelloutAnswer.How.CONFIRMED, "o", 1L);
    List<Shopper> shoppers =
        List.of(asksFromTo("ann", 0, 8, has), asksFromTo("ben", 0, 2, new SelloutAnswer.SoldOut()));
    assertThat(SelloutReport.of(new SelloutHistory(1, shoppers, null, null)))
        .containsPattern("\n  confirmed +8\\.0 +8\\.0 +8\\.0\n")
        .containsPattern("\n  refused +2\\.0 +2\\.0 +2\\.0\n");
  }

  @Test
  void namesAnswersThatAreNotInTheContract() {
    SelloutAnswer odd = SelloutAnswer.toPurchase(new SelloutHttp.Reply(500, 0, "oops"));
    assertThat(
            SelloutReport.of(
                new SelloutHistory(1, List.of(asksFromTo("ann", 0, 1, odd)), null, null)))
        .containsPattern("unclear +1 +HTTP 500 that is not in the contract")
        .containsPattern("unresolved +1");
  }
}
