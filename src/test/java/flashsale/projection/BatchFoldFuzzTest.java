package flashsale.projection;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.fuzz.Mutation;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import flashsale.saleslog.Decoded;
import flashsale.saleslog.SalesLogCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** A partition into which anybody wrote anything: what is good in it is folded all the same. */
class BatchFoldFuzzTest {
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final Writer FIRST = new Writer(1, 11);
  private static final int STOCK = 20;

  /** A sale of three batches, with harmed copies of its records before, between and after. */
  private static List<LogRecord> log(Random random) {
    List<LogRecord> good =
        new PartitionLog()
            .opened(SHOES, FIRST, STOCK)
            .sold(SHOES, FIRST, 1, "ann", "bob")
            .sold(SHOES, FIRST, 2, "cem")
            .sold(SHOES, FIRST, 3, "dee", "eve")
            .all();
    List<LogRecord> log = new ArrayList<>();
    for (LogRecord record : good) {
      for (int i = random.nextInt(4); i > 0; i--) {
        LogRecord victim = good.get(random.nextInt(good.size()));
        byte @Nullable [] key =
            random.nextInt(4) == 0
                ? Mutation.harmed(random, requireNonNull(victim.key()))
                : victim.key();
        log.add(record(log.size(), key, Mutation.harmed(random, requireNonNull(victim.value()))));
      }
      log.add(record(log.size(), record.key(), record.value()));
    }
    return log;
  }

  private static LogRecord record(long offset, byte @Nullable [] key, byte @Nullable [] value) {
    return new LogRecord(offset, PartitionLog.CONFIRMED_AT_MS, key, value);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void foldsWhatIsGoodAndQuarantinesTheRest(@ForAll long seed) {
    List<LogRecord> log = log(new Random(seed));

    BatchFold batch = BatchFold.of(0, log, activity -> true);
    BatchFold.Folded folded = batch.fold(Map.of());

    long next = batch.halt().map(BatchFold.Halt::offset).orElse((long) log.size());
    assertThat(batch.nextOffset()).isEqualTo(next);
    assertThat(batch.entries().size() + batch.quarantined().size()).isEqualTo((int) next);
    Ledger ledger = folded.ledgers().getOrDefault(SHOES, Ledger.EMPTY);
    List<Long> sequences =
        folded.sales().stream()
            .filter(sale -> sale.activity().equals(SHOES))
            .map(BatchFold.Sale::sequence)
            .toList();
    assertThat(sequences).hasSize((int) ledger.sold()).isSorted().doesNotHaveDuplicates();
    if (unharmed(log)) {
      assertThat(folded.sales().stream().map(sale -> sale.item().userId().value()))
          .containsExactly("ann", "bob", "cem", "dee", "eve");
    }
  }

  /** Harm may by chance make another good record, which decides, or one of another version. */
  private static boolean unharmed(List<LogRecord> log) {
    long readable = 0;
    for (LogRecord record : log) {
      Decoded decoded = SalesLogCodec.decode(record.key(), record.value());
      if (decoded instanceof Decoded.Unknown) {
        return false;
      }
      readable += decoded instanceof Decoded.Readable ? 1 : 0;
    }
    return readable == 4;
  }
}
