package flashsale.chaos;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** One kind of fault, struck at a running system. */
interface Fault {
  /** As in the table, e.g. "redis: kill -9". */
  String name();

  /**
   * What it needs and this machine does not give, e.g. "the right to mount a tmpfs"; empty: it can
   * be struck.
   */
  Optional<String> missing();

  /** Parts whose data must be on a {@link SmallDisk} when the system starts. */
  default Set<String> smallDisks() {
    return Set.of();
  }

  /** Inventory nodes that it needs; more than one: every role in processes of its own. */
  default int nodes() {
    return 1;
  }

  /**
   * Others are to take over while it lasts: what is measured is the longest time without a sale,
   * and not how long the first one takes after it is healed.
   */
  default boolean sellsOn() {
    return false;
  }

  /** How long it takes with all that it does to strike and to heal; shoppers come all the time. */
  default Duration inAll() {
    return lasts();
  }

  /** How often a run strikes it at most; less for one that lasts very long. */
  default int timesMax() {
    return Integer.MAX_VALUE;
  }

  /** Returns when it has begun. */
  void strike(Target target) throws Exception;

  /** How long it lasts before {@link #heal}. */
  Duration lasts();

  /**
   * Ends it: processes that were killed run again, proxies let through. Returns when the parts
   * answer; the product may still be recovering.
   *
   * @throws NotStruck it is ended, and had done no harm
   */
  void heal(Target target) throws Exception;
}
