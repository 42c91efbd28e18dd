package flashsale.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.statistics.Statistics;

/** What the fold promises for every log, whoever wrote what into it, in whatever order. */
class LedgerPropertiesTest {
  /** One record of a log that was folded: what was before it, and what it did. */
  private record Step(Ledger before, Entry entry, Ledger.Folded folded) {}

  @Property(tries = 5_000)
  void neverSellsMoreThanTheStockAtAnyPrefix(@ForAll("logs") List<Entry> log) {
    for (Step step : steps(log)) {
      Ledger next = step.folded().next();
      assertThat(next.sold()).isBetween(step.before().sold(), next.stock());
    }
    Statistics.label("two or more batches are accepted")
        .collect(soldBy(steps(log)).size() >= 2)
        .coverage(logs -> logs.check(true).percentage(percent -> percent > 20));
  }

  @Property(tries = 5_000)
  void givesEverySequenceOnceAndWithoutAGap(@ForAll("logs") List<Entry> log) {
    long last = 0;
    for (Step step : soldBy(steps(log))) {
      assertThat(step.before().sold()).isEqualTo(last);
      last += ((Entry.Sold) step.entry()).items().size();
      assertThat(step.folded().next().sold()).isEqualTo(last);
    }
  }

  @Property(tries = 5_000)
  void acceptsNothingOfAnOlderEpochAfterANewerOneIsOpened(@ForAll("logs") List<Entry> log) {
    long highest = 0;
    for (Step step : steps(log)) {
      long epoch = step.entry().writer().epoch();
      if (step.folded().accepted()) {
        assertThat(epoch).isGreaterThanOrEqualTo(highest);
      }
      if (step.entry() instanceof Entry.EpochOpened) {
        highest = Math.max(highest, epoch);
      }
      assertThat(step.folded().next().epoch()).isEqualTo(highest);
    }
  }

  @Property(tries = 5_000)
  void letsOneIncarnationSellInAnEpoch(@ForAll("logs") List<Entry> log) {
    Set<Writer> sellers = new HashSet<>();
    soldBy(steps(log)).forEach(step -> sellers.add(step.entry().writer()));
    assertThat(sellers.stream().map(Writer::epoch)).doesNotHaveDuplicates();
  }

  @Property(tries = 5_000)
  void staysClosedAndSellsNothingMore(@ForAll("logs") List<Entry> log) {
    for (Step step : steps(log)) {
      if (step.before().closed()) {
        assertThat(step.folded().next().closed()).isTrue();
        assertThat(step.folded().next().sold()).isEqualTo(step.before().sold());
      }
    }
  }

  @Property(tries = 5_000)
  void isUnmovedByRepeats(
      @ForAll("logs") List<Entry> log, @ForAll("repeats") List<Tuple2<Integer, Integer>> repeats) {
    List<Entry> repeated = new ArrayList<>(log);
    for (Tuple2<Integer, Integer> repeat : repeats) {
      // Only of what did something: a repeat of what came too early might find its turn.
      int accepted = log.isEmpty() ? -1 : acceptance(repeated, log.get(repeat.get1() % log.size()));
      if (accepted >= 0) {
        int place = accepted + 1 + repeat.get2() % (repeated.size() - accepted);
        repeated.add(place, repeated.get(accepted));
      }
    }
    assertThat(end(repeated)).isEqualTo(end(log));
  }

  @Property(tries = 5_000)
  void leavesTheLedgerAsItWasWhenVoid(@ForAll("logs") List<Entry> log) {
    for (Step step : steps(log)) {
      if (!step.folded().accepted()) {
        assertThat(step.folded().next()).isEqualTo(step.before());
      }
    }
  }

  /** What each of three writers would write, in its own order, mixed at random, a few twice. */
  @Provide
  Arbitrary<List<Entry>> logs() {
    Arbitrary<List<Entry>> one = writers().flatMap(this::recordsInOrder);
    return Combinators.combine(one, one, one, anyRecords(), Arbitraries.randoms())
        .as((a, b, c, strays, random) -> {
          List<List<Entry>> sources = new ArrayList<>();
          for (List<Entry> source : List.of(a, b, c, strays)) {
            sources.add(new ArrayList<>(source));
          }
          List<Entry> log = new ArrayList<>();
          sources.removeIf(List::isEmpty);
          while (!sources.isEmpty()) {
            List<Entry> source = sources.get(random.nextInt(sources.size()));
            log.add(random.nextInt(8) == 0 ? source.getFirst() : source.removeFirst());
            sources.removeIf(List::isEmpty);
          }
          return log;
        });
  }

  private Arbitrary<List<Entry>> recordsInOrder(Writer writer) {
    Arbitrary<Long> stock = Arbitraries.longs().between(0, 12);
    Arbitrary<List<Integer>> sizes = Arbitraries.integers().between(1, 3).list().ofMaxSize(6);
    return Combinators.combine(stock, sizes, Arbitraries.integers().between(0, 3))
        .as((units, batches, closes) -> {
          List<Entry> records = new ArrayList<>();
          records.add(new Entry.EpochOpened(writer, units));
          for (int i = 0; i < batches.size(); i++) {
            records.add(batch(writer, i + 1, batches.get(i)));
          }
          if (closes == 0) {
            records.add(new Entry.Closed(writer));
          }
          return records;
        });
  }

  private Arbitrary<List<Entry>> anyRecords() {
    Arbitrary<Entry> opened =
        Combinators.combine(writers(), Arbitraries.longs().between(-1, 12))
            .as(Entry.EpochOpened::new);
    Arbitrary<Entry> sold =
        Combinators.combine(
                writers(), Arbitraries.longs().between(-1, 5), Arbitraries.integers().between(1, 4))
            .as(LedgerPropertiesTest::batch);
    Arbitrary<Entry> closed = writers().map(Entry.Closed::new);
    return Arbitraries.frequencyOf(Tuple.of(3, opened), Tuple.of(10, sold), Tuple.of(1, closed))
        .list()
        .ofMaxSize(5);
  }

  private static Arbitrary<Writer> writers() {
    return Combinators.combine(Arbitraries.longs().between(0, 4), Arbitraries.longs().between(1, 2))
        .as(Writer::new);
  }

  @Provide
  Arbitrary<List<Tuple2<Integer, Integer>>> repeats() {
    Arbitrary<Integer> place = Arbitraries.integers().between(0, 1_000);
    return Combinators.combine(place, place).as(Tuple::of).list().ofMaxSize(6);
  }

  private static Entry batch(Writer writer, long seq, int size) {
    String[] users = new String[size];
    for (int i = 0; i < size; i++) {
      users[i] = "u" + writer.epoch() + "-" + writer.incarnation() + "-" + seq + "-" + i;
    }
    return LedgerTest.sold(writer, seq, users);
  }

  private static List<Step> steps(List<Entry> log) {
    List<Step> steps = new ArrayList<>();
    Ledger ledger = Ledger.EMPTY;
    for (Entry entry : log) {
      Ledger.Folded folded = ledger.fold(entry);
      steps.add(new Step(ledger, entry, folded));
      ledger = folded.next();
    }
    return steps;
  }

  private static List<Step> soldBy(List<Step> steps) {
    return steps.stream()
        .filter(step -> step.entry() instanceof Entry.Sold && step.folded().accepted())
        .toList();
  }

  private static Ledger end(List<Entry> log) {
    List<Step> steps = steps(log);
    return steps.isEmpty() ? Ledger.EMPTY : steps.getLast().folded().next();
  }

  private static int acceptance(List<Entry> log, Entry entry) {
    List<Step> steps = steps(log);
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).entry().equals(entry) && steps.get(i).folded().accepted()) {
        return i;
      }
    }
    return -1;
  }
}
