package flashsale.chaos;

import flashsale.local.LocalStackState;
import java.nio.file.Path;

/** The running system, as a fault sees it. */
interface Target {
  /**
   * Sends a signal to a part's process.
   *
   * @param part "node-1", "redis", "kafka", "postgres" or "etcd"
   * @param signal "KILL", "STOP" or "CONT"
   */
  void signal(String part, String signal) throws Exception;

  /**
   * Starts a part again, ending it first where it lives: same ports, same data; returns when it
   * answers.
   */
  void restart(String part) throws Exception;

  /** What stands between the node and "redis" or "kafka". */
  ChaosProxy proxy(String part);

  /** Ports and passwords, as in {@code target/local-stack.json}. */
  LocalStackState state();

  /** A part's data directory. */
  Path data(String part);
}
