package flashsale.chaos;

import flashsale.local.LocalStackNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The network of a run that is struck: a {@link ChaosProxy} before some of the servers. */
abstract class ChaosNetwork implements LocalStackNetwork, AutoCloseable {
  private final Map<String, ChaosProxy> proxies = new HashMap<>();

  /** The one before that server. */
  final ChaosProxy proxy(String server) {
    return Objects.requireNonNull(proxies.get(server), server);
  }

  /** Puts a proxy before {@code server}; port 0 takes one that is free. */
  final Address proxied(String server, Address at, int port) {
    try {
      ChaosProxy proxy = ChaosProxy.open(new InetSocketAddress(at.host(), at.port()), port);
      proxies.put(server, proxy);
      return new Address(at.host(), proxy.port());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * From now on nothing that one sends reaches the other, and nobody is told.
   *
   * @param one an inventory node
   * @param other another one, or a server
   */
  abstract void cut(String one, String other) throws IOException;

  /** Every line that was cut is whole again. */
  abstract void mend() throws IOException;

  @Override
  public void close() {
    for (ChaosProxy proxy : proxies.values()) {
      try {
        proxy.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
