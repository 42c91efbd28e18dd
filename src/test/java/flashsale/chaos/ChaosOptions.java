package flashsale.chaos;

import flashsale.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The arguments of {@code scripts/chaos}.
 *
 * @param wanted parts of the names of those that are struck; none: all
 */
record ChaosOptions(
    boolean list, boolean quick, boolean cluster, List<String> wanted, int times, int stock) {
  private static final int TIMES = 5;
  private static final int TIMES_MAX = 1000;
  private static final int STOCK = 3000;
  private static final int STOCK_QUICK = 1000;
  private static final int STOCK_MIN = 100;
  private static final int STOCK_MAX = 1_000_000;
  static final String USAGE =
      """
      usage: scripts/chaos [--cluster] [--quick] [--fault NAME …] [--times 5] [--stock 3000] [--list]

      Starts the whole system on ports and data of its own. Then, for each kind of fault and as often
      as --times says: a fresh sale, thousands of shoppers who never give up, the fault in the middle
      of it. What they were told is held against every book. Prints a table and writes it to
      target/chaos/report.md.

        --cluster      bad days of three nodes, two gateways and a projection, instead of one node's
        --quick        a few kinds of fault, once each, small sales: about 4 minutes; a figure
                         may be five times what is asked
        --fault NAME   only faults with NAME in their name; may be said more than once
        --times N      1 to 1000
        --stock N      units in a sale, 100 to 1000000
        --list         lists the faults and what this machine lacks for them

      exit code: 0 every check held; 1 a check failed; 2 wrong arguments\
      """;

  /** The arguments make no sense; the message says which one and what was expected. */
  static final class WrongArguments extends RuntimeException {
    WrongArguments(String message) {
      super(message);
    }
  }

  static ChaosOptions parse(String... args) {
    boolean list = false;
    boolean quick = false;
    boolean cluster = false;
    List<String> wanted = new ArrayList<>();
    int times = 0;
    int stock = 0;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--list" -> list = true;
        case "--quick" -> quick = true;
        case "--cluster" -> cluster = true;
        case "--fault" -> wanted.add(value(args, i++).toLowerCase(Locale.ROOT));
        case "--times" -> times = number(args, i++, 1, TIMES_MAX);
        case "--stock" -> stock = number(args, i++, STOCK_MIN, STOCK_MAX);
        default ->
            throw new WrongArguments(
                quoted(args[i])
                    + " (expected: --cluster, --quick, --fault, --times, --stock, --list or --help)");
      }
    }
    return new ChaosOptions(
        list,
        quick,
        cluster,
        wanted,
        times > 0 ? times : quick ? 1 : TIMES,
        stock > 0 ? stock : quick ? STOCK_QUICK : STOCK);
  }

  /** The faults that are meant; one at least. */
  List<Fault> chosen(List<Fault> all) {
    for (String part : wanted) {
      if (all.stream().noneMatch(fault -> isNamed(fault, part))) {
        throw new WrongArguments(
            "--fault: " + quoted(part) + " (expected: part of a name that --list shows)");
      }
    }
    if (wanted.isEmpty()) {
      return quick ? all.stream().filter(ChaosOptions::isQuick).toList() : all;
    }
    return all.stream()
        .filter(fault -> wanted.stream().anyMatch(part -> isNamed(fault, part)))
        .toList();
  }

  private static boolean isQuick(Fault fault) {
    return FaultList.QUICK.contains(fault.name()) || ClusterFaults.QUICK.contains(fault.name());
  }

  private static boolean isNamed(Fault fault, String part) {
    return fault.name().toLowerCase(Locale.ROOT).contains(part);
  }

  private static String value(String[] args, int i) {
    if (i + 1 >= args.length || args[i + 1].isBlank()) {
      throw new WrongArguments(args[i] + ": nothing (expected: a value)");
    }
    return args[i + 1];
  }

  private static int number(String[] args, int i, int least, int most) {
    String text = value(args, i);
    int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw new WrongArguments(
          args[i] + ": " + quoted(text) + " (expected: " + least + " to " + most + ")");
    }
    return number;
  }

  private static String quoted(String text) {
    return Quoted.of(text);
  }
}
