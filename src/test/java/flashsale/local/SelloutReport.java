package flashsale.local;

import flashsale.local.SelloutHistory.Click;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Has;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.SelloutHistory.Row;
import flashsale.local.SelloutHistory.Shopper;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The table at the end of a sell-out.
 *
 * <p>Pure. A refusal is never counted as throughput; latency is the shopper's, from the click to
 * knowing, retries and waiting included, and of buyers and refused apart.
 */
final class SelloutReport {
  private final SelloutHistory history;
  private final StringBuilder table = new StringBuilder();
  private final Map<SelloutAnswer.How, Long> learned = new EnumMap<>(SelloutAnswer.How.class);
  private final Map<String, Long> refused = new TreeMap<>();
  private final Map<String, Long> unclear = new TreeMap<>();
  private final Histogram confirmedLatency = new Histogram(3);
  private final Histogram refusedLatency = new Histogram(3);
  private long confirmed;
  private long unresolved;
  private long clicks;
  private long requests;
  private long retries;
  private long lookedAway;
  private long startNs = Long.MAX_VALUE;
  private long endNs = Long.MIN_VALUE;
  private long lastConfirmedNs = Long.MIN_VALUE;

  private SelloutReport(SelloutHistory history) {
    this.history = history;
  }

  static String of(SelloutHistory history) {
    SelloutReport report = new SelloutReport(history);
    history.shoppers().forEach(report::count);
    report.shoppers();
    report.requests();
    report.speed();
    report.books();
    return report.table.toString();
  }

  private void count(Shopper shopper) {
    Has has = shopper.firstHas();
    String refusal = has == null ? shopper.firstRefusal() : null;
    if (has != null) {
      confirmed++;
      learned.merge(has.answer().how(), 1L, Long::sum);
      lastConfirmedNs = Math.max(lastConfirmedNs, has.exchange().answeredNs());
    } else if (refusal != null) {
      refused.merge(refusal, 1L, Long::sum);
    } else {
      unresolved++;
    }
    shopper.clicks().forEach(this::count);
  }

  private void count(Click click) {
    clicks++;
    requests += click.exchanges().size();
    retries += Math.max(0, click.exchanges().size() - 1);
    for (Exchange exchange : click.exchanges()) {
      startNs = Math.min(startNs, exchange.askedNs());
      endNs = Math.max(endNs, exchange.answeredNs());
      if (exchange.answer().equals(SelloutAnswer.LOOKED_AWAY)) {
        lookedAway++;
      } else if (exchange.answer() instanceof SelloutAnswer.Unknown unknown) {
        unclear.merge(unknown.why(), 1L, Long::sum);
      }
    }
    if (!click.exchanges().isEmpty()) {
      Exchange last = click.exchanges().getLast();
      long tookUs =
          TimeUnit.NANOSECONDS.toMicros(last.answeredNs() - click.exchanges().getFirst().askedNs());
      switch (last.answer()) {
        case SelloutAnswer.Has has -> confirmedLatency.recordValue(tookUs);
        case SelloutAnswer.SoldOut soldOut -> refusedLatency.recordValue(tookUs);
        case SelloutAnswer.Refused refusal -> refusedLatency.recordValue(tookUs);
        default -> {}
      }
    }
  }

  private void shoppers() {
    int all = history.shoppers().size();
    line("shoppers", number(all), "of them " + number(clicks - all) + " clicked twice");
    line("  confirmed", number(confirmed), "of " + number(history.stock()) + " units");
    learned.forEach((how, count) ->
        line(
            switch (how) {
              case CONFIRMED -> "    told at once";
              case ALREADY_PURCHASED -> "    told when trying again";
              case INQUIRED -> "    told when asking";
            },
            number(count),
            switch (how) {
              case CONFIRMED -> "201";
              case ALREADY_PURCHASED -> "409 already-purchased";
              case INQUIRED -> "after 202 PENDING";
            }));
    line("  refused", number(refused.values().stream().mapToLong(n -> n).sum()), null);
    refused.forEach((code, count) -> line("    " + code, number(count), null));
    line("  unresolved", number(unresolved), null);
  }

  private void requests() {
    line("requests", number(requests), null);
    line("  retries", number(retries), number(lookedAway) + " after looking away from the answer");
    unclear.forEach((why, count) -> line("  unclear", number(count), why));
  }

  private void speed() {
    double wallS = seconds(startNs, endNs);
    double sellingS = seconds(startNs, lastConfirmedNs);
    line("wall time", decimal(wallS) + " s", null);
    line("confirmed per second", rate(wallS), "over the whole time; refusals are not counted");
    line(
        "  while selling",
        rate(sellingS),
        "until the last unit was told, " + decimal(sellingS) + " s");
    line("latency, ms", "", String.format(Locale.ROOT, "%9s %9s %9s", "p50", "p99", "max"));
    line("  confirmed", "", latency(confirmedLatency));
    line("  refused", "", latency(refusedLatency));
  }

  private void books() {
    List<Row> rows = history.rows();
    Proof proof = history.proof();
    if (rows != null) {
      line("rows in Postgres", number(rows.size()), "counted in the table orders");
    } else if (proof != null && proof.orders() != null) {
      line("rows in Postgres", number(proof.orders()), "by the proof's word");
    } else {
      line("rows in Postgres", "unknown", null);
    }
    if (proof == null) {
      line("proof", "unknown", null);
    } else {
      line(
          "proof",
          proof.consistent() ? "consistent" : "INCONSISTENT",
          proof.atRest() ? "at rest" : "NOT at rest");
      table.append("  ").append(proof.text()).append('\n');
    }
  }

  private String rate(double seconds) {
    return seconds <= 0 ? "0" : number(Math.round(confirmed / seconds));
  }

  private static double seconds(long fromNs, long toNs) {
    return toNs <= fromNs ? 0 : (toNs - fromNs) / 1e9;
  }

  private static String latency(Histogram microseconds) {
    if (microseconds.getTotalCount() == 0) {
      return String.format(Locale.ROOT, "%9s %9s %9s", "-", "-", "-");
    }
    return String.format(
        Locale.ROOT,
        "%9.1f %9.1f %9.1f",
        microseconds.getValueAtPercentile(50) / 1e3,
        microseconds.getValueAtPercentile(99) / 1e3,
        microseconds.getMaxValue() / 1e3);
  }

  private void line(String name, String value, @Nullable String remark) {
    String text =
        String.format(Locale.ROOT, "%-26s %12s   %s", name, value, remark == null ? "" : remark);
    table.append(text.stripTrailing()).append('\n');
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
