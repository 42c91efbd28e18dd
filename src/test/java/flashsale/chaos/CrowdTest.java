package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutFakeShop;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Shopper;
import flashsale.local.SelloutHttp;
import flashsale.local.ServerProcess;
import flashsale.local.Token;
import flashsale.model.UserId;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What shoppers do, in front of a shop that is honest but slow to say. */
class CrowdTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int STOCK = 60;
  private static final int SHOPPERS = 100;
  private static final Crowd.Pace PACE = new Crowd.Pace(8, 200, Duration.ofSeconds(5));
  private static final List<Crowd.Guest> GUESTS =
      IntStream.rangeClosed(1, SHOPPERS)
          .mapToObj(i -> "shopper-" + i)
          .map(user -> new Crowd.Guest(user, Token.of(new UserId(user), List.of())))
          .toList();

  private SelloutFakeShop shop;

  @BeforeEach
  void open() throws IOException {
    shop = new SelloutFakeShop(SelloutFakeShop.Fault.NONE_BUT_SLOW_TO_SAY);
    try (SelloutHttp connection = new SelloutHttp(URI.create(shop.url()))) {
      connection.exchange(
          "POST",
          "/v1/admin/activities",
          Token.of(new UserId("ops"), List.of("ops")),
          "{\"activityId\":\"sale\",\"stock\":" + STOCK + "}",
          SOON);
    }
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private Crowd crowd(String url) {
    return Crowd.before(List.of(URI.create(url)), "sale", GUESTS, PACE);
  }

  private static List<SelloutAnswer> answers(Shopper shopper) {
    return shopper.exchanges().map(Exchange::answer).toList();
  }

  @Test
  void everybodyLearnsTheOutcomeAndIsAskedForTheLastTime() throws Exception {
    Crowd crowd = crowd(shop.url());
    crowd.admit(SHOPPERS, Duration.ZERO);
    assertThat(crowd.awaitEverybodyKnows(SOON)).isTrue();
    assertThat(crowd.askForTheLastTime(SOON)).isTrue();
    crowd.disperse();
    assertThat(crowd.history())
        .hasSize(SHOPPERS)
        .allSatisfy(shopper -> {
          assertThat(shopper.clicks()).hasSizeGreaterThanOrEqualTo(2);
          assertThat(shopper.clicks().getLast().exchanges().getLast().answer())
              .isInstanceOfAny(SelloutAnswer.Has.class, SelloutAnswer.SoldOut.class);
        });
    assertThat(crowd.history().stream().filter(shopper -> shopper.firstHas() != null))
        .hasSize(STOCK);
    assertThat(crowd.history().stream().flatMap(shopper -> answers(shopper).stream()))
        .hasAtLeastOneElementOfType(SelloutAnswer.Pending.class)
        .contains(SelloutAnswer.LOOKED_AWAY);
  }

  @Test
  void nobodyComesWhoIsNotAdmitted() throws Exception {
    Crowd crowd = crowd(shop.url());
    crowd.admit(30, Duration.ZERO);
    // Of the first 30 every third is told PENDING first.
    assertThat(crowd.awaitConfirmed(15, SOON)).isTrue();
    crowd.disperse();
    assertThat(crowd.history().stream().filter(shopper -> !shopper.clicks().isEmpty()))
        .hasSizeBetween(15, 30);
  }

  @Test
  void whoKnowsAsksAgain() throws Exception {
    Crowd crowd = crowd(shop.url());
    crowd.admit(10, Duration.ZERO);
    assertThat(crowd.awaitConfirmed(1, SOON)).isTrue();
    crowd.awaitConfirmed(Long.MAX_VALUE, Duration.ofMillis(300));
    crowd.disperse();
    assertThat(crowd.history()).anyMatch(shopper -> shopper.clicks().size() > 2);
  }

  @Test
  void doesNotHammerWhereNobodyListens() throws Exception {
    Crowd crowd = crowd("http://127.0.0.1:" + ServerProcess.freePort());
    crowd.admit(SHOPPERS, Duration.ZERO);
    assertThat(crowd.awaitEverybodyKnows(Duration.ofSeconds(1))).isFalse();
    crowd.disperse();
    // A connection that is refused pauses 50, 100, 200, 400 ms: at most 5 attempts in a second.
    long attempts = crowd.history().stream().mapToLong(shopper -> answers(shopper).size()).sum();
    assertThat(attempts).isBetween(1L, 8L * 6);
  }
}
