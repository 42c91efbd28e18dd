package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import com.google.protobuf.ByteString;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.v1.ClaimReply;
import flashsale.v1.GetBuyerFilterReply;
import flashsale.v1.Nothing;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a gateway says by itself, and of whom it asks all the same. */
class RefusalsTest {
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final ActivityId SOCKS = new ActivityId("socks");
  private static final UserId ANN = new UserId("ann");
  private static final UserId BEN = new UserId("ben");

  /** Far longer than a test takes. */
  private static final int LONG_MS = 600_000;

  private final FakeInventory inventory = new FakeInventory();
  private final Refusals refusals = new Refusals(inventory, new FaultLog());

  private static ClaimReply soldOut(long sold, int validMs) {
    return ClaimReply.newBuilder()
        .setSoldOut(ClaimReply.SoldOut.newBuilder().setSold(sold).setValidMs(validMs))
        .build();
  }

  private static GetBuyerFilterReply filterOf(List<String> buyers) {
    BloomFilter<CharSequence> filter =
        BloomFilter.create(Funnels.unencodedCharsFunnel(), buyers.size(), 0.001);
    buyers.forEach(filter::put);
    ByteString.Output out = ByteString.newOutput();
    try {
      filter.writeTo(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return GetBuyerFilterReply.newBuilder().setFilter(out.toByteString()).build();
  }

  private void heard(ClaimReply reply) {
    refusals.heard(SHOES, reply, System.nanoTime());
  }

  @Test
  void repeatsSoldOutToWhoIsNoBuyerAndAsksAboutABuyer() {
    inventory.getBuyerFilter =
        request -> {
          assertThat(request.getActivityId()).isEqualTo("shoes");
          assertThat(request.getSold()).isEqualTo(1);
          return FakeInventory.now(filterOf(List.of("ann")));
        };
    heard(soldOut(1, LONG_MS));

    assertThat(refusals.of(SHOES, BEN)).isEqualTo(soldOut(1, LONG_MS));
    assertThat(refusals.of(SHOES, ANN)).isNull();
    assertThat(refusals.of(SOCKS, BEN)).isNull();
  }

  @Test
  void aBuyerIsNeverMissedAndFewOthersAreAskedAbout() {
    List<String> buyers = IntStream.range(0, 10_000).mapToObj(i -> "shopper-" + i).toList();
    inventory.getBuyerFilter = FakeInventory.always(filterOf(buyers));
    heard(soldOut(10_000, LONG_MS));

    assertThat(buyers).allMatch(buyer -> refusals.of(SHOES, new UserId(buyer)) == null);
    assertThat(
            IntStream.range(10_000, 20_000)
                .filter(i -> refusals.of(SHOES, new UserId("shopper-" + i)) == null)
                .count())
        .isLessThan(50);
  }

  @Test
  void aRefusalEndsInItsTimeCountedFromBeforeItWasAskedFor() {
    inventory.getBuyerFilter = FakeInventory.always(filterOf(List.of("ann")));
    refusals.heard(SHOES, soldOut(1, 1_000), System.nanoTime() - 1_000_000_000L);
    assertThat(refusals.of(SHOES, BEN)).isNull();

    refusals.heard(SHOES, soldOut(1, LONG_MS), System.nanoTime());
    refusals.heard(SHOES, soldOut(1, 1_000), System.nanoTime() - 1_000_000_000L);
    assertThat(refusals.of(SHOES, BEN)).isNotNull();
    assertThat(inventory.filters).hasValue(1);
  }

  @Test
  void whatMayNotBeRepeatedIsNot() {
    heard(soldOut(1, 0));
    heard(ClaimReply.newBuilder().setClosed(Nothing.getDefaultInstance()).build());

    assertThat(refusals.of(SHOES, BEN)).isNull();
    assertThat(inventory.filters).hasValue(0);
  }

  /** The stock was raised and sold out again: there are more buyers than the filter knows. */
  @Test
  void forgetsTheBuyersOfAnEarlierStock() {
    inventory.getBuyerFilter =
        request ->
            FakeInventory.now(
                filterOf(request.getSold() == 1 ? List.of("ann") : List.of("ann", "ben")));
    heard(soldOut(1, LONG_MS));
    assertThat(refusals.of(SHOES, BEN)).isNotNull();

    heard(soldOut(2, LONG_MS));
    assertThat(refusals.of(SHOES, BEN)).isNull();
    assertThat(refusals.of(SHOES, new UserId("cat"))).isEqualTo(soldOut(2, LONG_MS));
  }

  @Test
  void everybodyIsAskedAboutWhileTheBuyersAreNotKnown() {
    inventory.getBuyerFilter = FakeInventory.failing(Status.UNAVAILABLE);
    heard(soldOut(1, LONG_MS));
    assertThat(refusals.of(SHOES, BEN)).isNull();

    inventory.getBuyerFilter =
        FakeInventory.always(
            GetBuyerFilterReply.newBuilder().setNotStored(Nothing.getDefaultInstance()).build());
    heard(soldOut(2, LONG_MS));
    assertThat(refusals.of(SHOES, BEN)).isNull();

    inventory.getBuyerFilter =
        FakeInventory.always(
            GetBuyerFilterReply.newBuilder().setFilter(ByteString.copyFromUtf8("no")).build());
    heard(soldOut(3, LONG_MS));
    assertThat(refusals.of(SHOES, BEN)).isNull();
  }

  @Test
  void asksForTheBuyersOnceASecondAtMost() {
    inventory.getBuyerFilter = FakeInventory.failing(Status.UNAVAILABLE);
    for (int i = 0; i < 100; i++) {
      heard(soldOut(1, LONG_MS + i));
    }
    assertThat(inventory.filters).hasValue(1);
  }

  @Test
  void notOpenHoldsForEverybody() {
    ClaimReply notOpen =
        ClaimReply.newBuilder()
            .setNotOpen(ClaimReply.NotOpen.newBuilder().setOpensAtMs(5).setValidMs(LONG_MS))
            .build();
    heard(notOpen);

    assertThat(refusals.of(SHOES, ANN)).isEqualTo(notOpen);
    assertThat(inventory.filters).hasValue(0);
  }
}
