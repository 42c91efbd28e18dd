package flashsale.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchFoldTest {
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final ActivityId SOCKS = new ActivityId("socks");
  private static final Writer FIRST = new Writer(1, 11);
  private static final Writer SECOND = new Writer(4, 22);

  private final PartitionLog log = new PartitionLog();

  private static List<String> told(List<BatchFold.Sale> sales) {
    return sales.stream()
        .map(sale ->
            "%s %d %s epoch %d offset %d"
                .formatted(
                    sale.activity(),
                    sale.sequence(),
                    sale.item().userId(),
                    sale.epoch(),
                    sale.offset()))
        .toList();
  }

  @Test
  void givesSequencesInTheOrderOfTheLogAndKeepsActivitiesApart() {
    log.opened(SHOES, FIRST, 3)
        .opened(SOCKS, SECOND, 3)
        .sold(SHOES, FIRST, 1, "ann", "bob")
        .sold(SOCKS, SECOND, 1, "ann")
        .sold(SHOES, FIRST, 2, "cem");

    BatchFold batch = BatchFold.of(0, log.all(), here -> true);
    BatchFold.Folded folded = batch.fold(Map.of());

    assertThat(batch.activities()).containsExactlyInAnyOrder(SHOES, SOCKS);
    assertThat(batch.nextOffset()).isEqualTo(5);
    assertThat(told(folded.sales()))
        .containsExactly(
            "shoes 1 ann epoch 1 offset 2",
            "shoes 2 bob epoch 1 offset 2",
            "socks 1 ann epoch 4 offset 3",
            "shoes 3 cem epoch 1 offset 4");
    assertThat(folded.ledgers())
        .containsOnly(
            Map.entry(SHOES, new Ledger(FIRST, 2, 3, 3, false)),
            Map.entry(SOCKS, new Ledger(SECOND, 1, 1, 3, false)));
  }

  @Test
  void aRepeatedRecordSellsOnce() {
    log.opened(SHOES, FIRST, 3).sold(SHOES, FIRST, 1, "ann").again();

    assertThat(told(BatchFold.of(0, log.all(), here -> true).fold(Map.of()).sales()))
        .containsExactly("shoes 1 ann epoch 1 offset 1");
  }

  @Test
  void voidRecordsChangeNothing() {
    log.sold(SHOES, FIRST, 1, "no-epoch").closed(SHOES, FIRST);

    BatchFold batch = BatchFold.of(0, log.all(), here -> true);

    assertThat(batch.nextOffset()).isEqualTo(2);
    assertThat(batch.fold(Map.of())).isEqualTo(new BatchFold.Folded(List.of(), Map.of()));
  }

  @Test
  void anEpochThatSoldNothingChangesItsLedger() {
    log.opened(SHOES, SECOND, 10);

    assertThat(BatchFold.of(0, log.all(), here -> true).fold(Map.of()).ledgers())
        .containsExactly(Map.entry(SHOES, new Ledger(SECOND, 0, 0, 10, false)));
  }

  @Test
  void goesOnFromTheLedgerBeforeIt() {
    log.sold(SHOES, FIRST, 3, "dee").sold(SHOES, FIRST, 4, "too", "many").closed(SHOES, FIRST);
    Map<ActivityId, Ledger> before = Map.of(SHOES, new Ledger(FIRST, 2, 8, 10, false));

    BatchFold.Folded folded = BatchFold.of(0, log.all(), here -> true).fold(before);

    assertThat(told(folded.sales())).containsExactly("shoes 9 dee epoch 1 offset 0");
    assertThat(folded.ledgers())
        .containsExactly(Map.entry(SHOES, new Ledger(FIRST, 3, 9, 10, true)));
  }

  @Test
  void quarantinesWhatNobodyCanReadAndGoesOn() {
    log.opened(SHOES, FIRST, 3).garbage().sold(SHOES, FIRST, 1, "ann");

    BatchFold batch = BatchFold.of(0, log.all(), here -> true);

    assertThat(batch.quarantined())
        .singleElement()
        .satisfies(one -> {
          assertThat(one.record().offset()).isEqualTo(1);
          assertThat(one.record().value()).containsExactly(1, 2, 3);
          assertThat(one.why()).isNotBlank();
        });
    assertThat(batch.fold(Map.of()).sales()).hasSize(1);
    assertThat(batch.nextOffset()).isEqualTo(3);
  }

  @Test
  void quarantinesWhatStandsInAnotherPartitionThanItsActivity() {
    log.opened(SHOES, FIRST, 3).sold(SHOES, FIRST, 1, "ann");

    BatchFold batch = BatchFold.of(0, log.all(), activity -> !activity.equals(SHOES));

    assertThat(batch.quarantined()).hasSize(2);
    assertThat(batch.activities()).isEmpty();
  }

  @Test
  void haltsBeforeARecordOfAnUnknownVersion() {
    log.opened(SHOES, FIRST, 3)
        .sold(SHOES, FIRST, 1, "ann")
        .ofVersion2(SHOES)
        .sold(SHOES, FIRST, 2, "bob");

    BatchFold batch = BatchFold.of(0, log.all(), here -> true);

    assertThat(batch.nextOffset()).isEqualTo(2);
    assertThat(batch.halt()).hasValue(new BatchFold.Halt(2, "version: 2 (expected: 1)"));
    assertThat(batch.fold(Map.of()).sales()).hasSize(1);
  }

  @Test
  void refusesRecordsFromBeforeItsPosition() {
    log.opened(SHOES, FIRST, 3).sold(SHOES, FIRST, 1, "ann");

    assertThatThrownBy(() -> BatchFold.of(1, log.all(), here -> true))
        .hasMessage("offset: 0 (expected: >= 1)");
  }

  @Test
  void sellsTheSameWhereverTheLogIsCut() {
    log.opened(SHOES, FIRST, 4)
        .sold(SHOES, FIRST, 1, "ann", "bob")
        .again()
        .garbage()
        .opened(SHOES, SECOND, 3)
        .sold(SHOES, FIRST, 2, "late")
        .sold(SHOES, SECOND, 1, "cem")
        .sold(SHOES, SECOND, 2, "nobody")
        .closed(SHOES, SECOND);
    BatchFold.Folded whole = BatchFold.of(0, log.all(), here -> true).fold(Map.of());
    assertThat(told(whole.sales())).hasSize(3);

    for (int cut = 0; cut <= log.end(); cut++) {
      Map<ActivityId, Ledger> ledgers = new HashMap<>();
      List<BatchFold.Sale> sales = new ArrayList<>();
      for (List<LogRecord> part : List.of(log.all().subList(0, cut), log.from(cut))) {
        long position = part.isEmpty() ? 0 : part.getFirst().offset();
        BatchFold.Folded folded = BatchFold.of(position, part, here -> true).fold(ledgers);
        ledgers.putAll(folded.ledgers());
        sales.addAll(folded.sales());
      }
      assertThat(sales).as("cut at %d", cut).isEqualTo(whole.sales());
      assertThat(ledgers).as("cut at %d", cut).isEqualTo(whole.ledgers());
    }
  }
}
