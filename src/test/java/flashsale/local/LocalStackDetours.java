package flashsale.local;

/** Puts something between the node and the servers that it sells from: a proxy that does harm. */
public interface LocalStackDetours {
  /** The node finds Redis and Kafka where they are. */
  LocalStackDetours NONE = own -> own;

  /** Ports of Redis and Kafka on 127.0.0.1. */
  record Ports(int redis, int kafka) {}

  /**
   * Says which ports the node is told, before any server is started.
   *
   * @param own where the servers themselves will listen
   */
  Ports around(Ports own);
}
