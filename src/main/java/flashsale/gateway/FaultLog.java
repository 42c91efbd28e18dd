package flashsale.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that the inventory does not answer, at most once a second, however many shoppers notice.
 *
 * <p>Safe for any number of threads.
 */
final class FaultLog {
  private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
  private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

  private final AtomicLong noted = new AtomicLong();
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  void note(String what, Throwable fault) {
    noted.incrementAndGet();
    long now = System.nanoTime();
    long until = quietUntil.get();
    if (now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
      LOG.atWarn()
          .addKeyValue("code", GrpcFaults.code(fault))
          .addKeyValue("fault", root(fault).toString())
          .addKeyValue("faults", noted.getAndSet(0))
          .log(what);
    }
  }

  private static Throwable root(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
