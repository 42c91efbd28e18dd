package flashsale.chaos;

/** Everything on 127.0.0.1, with proxies before Redis and Kafka. */
final class OneNetwork extends ChaosNetwork {
  @Override
  public Address seen(String server, int port) {
    return server.equals("redis") || server.equals("kafka")
        ? proxied(server, new Address(LOOPBACK, 0), port)
        : new Address(LOOPBACK, port);
  }

  @Override
  void cut(String one, String other) {
    throw new UnsupportedOperationException(
        one + " and " + other + " (expected: a fault that says what is missing)");
  }

  @Override
  void mend() {
    // nothing is ever cut
  }
}
