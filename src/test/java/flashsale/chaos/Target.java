package flashsale.chaos;

import flashsale.local.LocalStackState;
import java.nio.file.Path;
import java.util.List;

/** The running system, as a fault sees it. */
interface Target {
  /**
   * Sends a signal to a part's process.
   *
   * @param part "node-1", "redis", "kafka", "postgres" or "etcd"; of several nodes, as the local
   *     run names them
   * @param signal "KILL", "STOP" or "CONT"
   */
  void signal(String part, String signal) throws Exception;

  /**
   * Starts a part again, ending it first where it lives: same ports, same data; returns when it
   * answers.
   */
  void restart(String part) throws Exception;

  /** The same with several parts at once: none is ready before the others. */
  void restartAll(List<String> parts) throws Exception;

  /**
   * Asks a node to end, and waits until it has.
   *
   * @throws java.io.IOException it did not end in order, or not in time
   */
  void stop(String part) throws Exception;

  /**
   * Waits until a node has ended itself.
   *
   * @throws java.io.IOException its exit code does not say so
   */
  void awaitEnd(String part) throws Exception;

  /** Waits until a node hosts activities. */
  void awaitHosting(String node) throws Exception;

  /** The node that sells the activity of this round; the only one where there is one. */
  String sellingNode() throws Exception;

  /** The node that says where each activity is. */
  String coordinatorsNode() throws Exception;

  /**
   * From now on nothing that one sends reaches the other.
   *
   * @param one an inventory node
   * @param other another one, or a server
   */
  void cut(String one, String other) throws Exception;

  /** Every line that was cut is whole again. */
  void mend() throws Exception;

  /** What stands between the node and "redis" or "kafka". */
  ChaosProxy proxy(String part);

  /** Ports and passwords, as in {@code target/local-stack.json}. */
  LocalStackState state();

  /** A part's data directory. */
  Path data(String part);
}
