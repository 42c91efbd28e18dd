package flashsale.bench;

import java.util.Map;

/**
 * One scenario, once.
 *
 * @param ceilingPerSecond the mean of the two measured right before and after it
 * @param cpuUsPerRequest by process
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
    String fault) {
  double ratio() {
    return perSecond / ceilingPerSecond;
  }
}
