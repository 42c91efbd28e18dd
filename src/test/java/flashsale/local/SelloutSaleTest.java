package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SelloutSaleTest {
  private static final int CONNECTIONS = 8;

  @Test
  void doesNotHammerWhereNobodyListens() throws InterruptedException {
    List<String> users = IntStream.range(0, 100).mapToObj(i -> "shopper-" + i).toList();
    SelloutSale sale =
        new SelloutSale(
            "sale",
            users,
            user -> "no token",
            new SelloutSale.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 200));
    URI nowhere = URI.create("http://127.0.0.1:" + ServerProcess.freePort());

    assertThat(sale.start(List.of(nowhere), CONNECTIONS).await(20, TimeUnit.SECONDS)).isTrue();

    // A connection that is refused pauses 50, 100, 200, 400, 800 ms.
    assertThat(sale.progress().requests.sum()).isBetween(1L, CONNECTIONS * 6L);
    assertThat(sale.shoppers())
        .allMatch(shopper ->
            shopper
                .exchanges()
                .allMatch(exchange ->
                    exchange.answer().equals(SelloutAnswer.NOT_SENT)
                        || exchange.answer().equals(SelloutAnswer.LOOKED_AWAY)));
  }
}
