package flashsale.bench;

import java.util.Map;

/**
 * A number that the ceiling says nothing about, measured once.
 *
 * @param asked what it should be, in words
 * @param cpuUsPerRequest by process; empty: not looked at
 * @param fault why it does not count; empty: it does
 */
record Figure(
    String scenario,
    double value,
    String unit,
    String asked,
    Map<String, Double> cpuUsPerRequest,
    String fault) {
  Figure(String scenario, double value, String unit, String asked, String fault) {
    this(scenario, value, unit, asked, Map.of(), fault);
  }
}
