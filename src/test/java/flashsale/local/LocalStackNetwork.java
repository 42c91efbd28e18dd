package flashsale.local;

import java.util.List;

/**
 * How the processes of a run reach each other: as it is, all on 127.0.0.1; a run that does harm
 * puts proxies or networks of its own between them.
 */
public interface LocalStackNetwork {
  /** Where every server listens. */
  String LOOPBACK = "127.0.0.1";

  /** Everybody finds everything where it is. */
  LocalStackNetwork PLAIN = new LocalStackNetwork() {};

  /** A host and a port. */
  record Address(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * Where nodes find a server. Asked once, before the server is started.
   *
   * @param port where it will listen, on 127.0.0.1
   */
  default Address seen(String server, int port) {
    return new Address(LOOPBACK, port);
  }

  /** The address at which a node listens. */
  default String hostOf(String node) {
    return LOOPBACK;
  }

  /** Words before a node's command, of a program that becomes the one it is given. */
  default List<String> launcher(String node) {
    return List.of();
  }
}
