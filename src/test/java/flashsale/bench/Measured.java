package flashsale.bench;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One scenario, once.
 *
 * @param ceilingPerSecond the mean of the two measured right before and after it
 * @param cpuUsPerRequest by process
 * @param rowsBehindMs how long after its confirmation the last row to be stored was stored; null:
 *     not looked at
 * @param fault why it does not count; empty: it does
 */
record Measured(
    String scenario,
    double perSecond,
    double ceilingPerSecond,
    double p50Ms,
    double p99Ms,
    double p999Ms,
    double maxMs,
    Map<String, Double> cpuUsPerRequest,
    @Nullable Long rowsBehindMs,
    String fault) {
  double ratio() {
    return perSecond / ceilingPerSecond;
  }
}
