package flashsale.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ledger's rules, one by one. */
class LedgerTest {
  private static final ActivityId ACTIVITY = new ActivityId("sale");
  private static final Product PRODUCT = new Product("thing", 100, "EUR");
  private static final Writer FIRST = new Writer(1, 11);
  private static final Writer SECOND = new Writer(2, 22);

  @Test
  void sellsNothingBeforeAnEpochIsOpened() {
    assertVoid(Ledger.EMPTY, sold(FIRST, 1, "ann"));
    assertVoid(Ledger.EMPTY, sold(Writer.NONE, 1, "ann"));
  }

  @Test
  void opensAnEpochWithItsStock() {
    assertAccepted(
        Ledger.EMPTY, new Entry.EpochOpened(FIRST, 5), new Ledger(FIRST, 0, 0, 5, false));
  }

  @Test
  void opensOnlyHigherEpochs() {
    Ledger second = new Ledger(SECOND, 3, 4, 9, false);
    assertVoid(second, new Entry.EpochOpened(FIRST, 5));
    assertVoid(second, new Entry.EpochOpened(SECOND, 5));
    assertVoid(second, new Entry.EpochOpened(new Writer(2, 33), 5));
    assertAccepted(
        second,
        new Entry.EpochOpened(new Writer(7, 33), 12),
        new Ledger(new Writer(7, 33), 0, 4, 12, false));
  }

  @Test
  void neverOpensAnEpochWithLessStockThanIsSold() {
    assertAccepted(
        new Ledger(FIRST, 3, 4, 9, false),
        new Entry.EpochOpened(SECOND, 2),
        new Ledger(SECOND, 0, 4, 4, false));
  }

  @Test
  void acceptsABatchWithTheNextSeqOfItsWriter() {
    Ledger open = new Ledger(FIRST, 0, 0, 3, false);
    assertAccepted(open, sold(FIRST, 1, "ann", "ben"), new Ledger(FIRST, 1, 2, 3, false));
    assertVoid(open, sold(FIRST, 0, "ann"));
    assertVoid(open, sold(FIRST, 2, "ann"));
    assertVoid(open, sold(SECOND, 1, "ann"));
    assertVoid(open, sold(new Writer(1, 33), 1, "ann"));
  }

  @Test
  void voidsARepeatedBatch() {
    assertVoid(new Ledger(FIRST, 1, 2, 3, false), sold(FIRST, 1, "ann", "ben"));
  }

  @Test
  void acceptsABatchWholeOrNotAtAll() {
    Ledger oneLeft = new Ledger(FIRST, 1, 2, 3, false);
    assertVoid(oneLeft, sold(FIRST, 2, "cat", "dan"));
    assertAccepted(oneLeft, sold(FIRST, 2, "cat"), new Ledger(FIRST, 2, 3, 3, false));
  }

  @Test
  void voidsEveryLaterBatchOfTheEpochAfterAVoidOne() {
    Ledger oneLeft = new Ledger(FIRST, 1, 2, 3, false);
    Ledger after = oneLeft.fold(sold(FIRST, 2, "cat", "dan")).next();
    assertVoid(after, sold(FIRST, 3, "eve"));
  }

  @Test
  void closesForItsWriterOnlyAndForGood() {
    Ledger open = new Ledger(FIRST, 1, 2, 3, false);
    assertVoid(open, new Entry.Closed(SECOND));
    assertAccepted(open, new Entry.Closed(FIRST), new Ledger(FIRST, 1, 2, 3, true));

    Ledger closed = new Ledger(FIRST, 1, 2, 3, true);
    assertVoid(closed, sold(FIRST, 2, "cat"));
    assertAccepted(closed, new Entry.EpochOpened(SECOND, 9), new Ledger(SECOND, 0, 2, 9, true));
    assertVoid(new Ledger(SECOND, 0, 2, 9, true), sold(SECOND, 1, "cat"));
  }

  @Test
  void isSoldOutWhenNothingIsLeft() {
    assertThat(new Ledger(FIRST, 1, 2, 3, false).soldOut()).isFalse();
    assertThat(new Ledger(FIRST, 1, 3, 3, false).soldOut()).isTrue();
  }

  @Test
  void refusesAStateThatCannotBe() {
    assertThatThrownBy(() -> new Ledger(FIRST, 0, 4, 3, false))
        .hasMessageContaining("sold 4, stock 3 (expected: 0 <= seq, 0 <= sold <= stock)");
    assertThatThrownBy(() -> new Ledger(FIRST, -1, 0, 3, false)).hasMessageContaining("seq -1");
    assertThatThrownBy(() -> new Entry.Sold(FIRST, 1, PRODUCT, List.of()))
        .hasMessage("items: none (expected: 1 or more)");
  }

  static Entry.Sold sold(Writer writer, long seq, String... users) {
    List<Entry.Item> items = new ArrayList<>();
    for (String user : users) {
      UserId id = new UserId(user);
      items.add(new Entry.Item(OrderId.of(ACTIVITY, id), id, 1, 0));
    }
    return new Entry.Sold(writer, seq, PRODUCT, items);
  }

  private static void assertAccepted(Ledger before, Entry entry, Ledger after) {
    assertThat(before.fold(entry)).isEqualTo(new Ledger.Folded(after, true));
  }

  private static void assertVoid(Ledger before, Entry entry) {
    assertThat(before.fold(entry)).isEqualTo(new Ledger.Folded(before, false));
  }
}
