package flashsale.chaos;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Predicate;

/** What a {@link ChaosProxy} does with the bytes that come by, and with new connections. */
sealed interface ProxyMode {
  /** Seen from the proxy: {@code UP} to the server, {@code DOWN} back to the client. */
  enum Direction {
    UP,
    DOWN
  }

  /** Everything goes through, as if the proxy were not there. */
  record Pass() implements ProxyMode {}

  /** Every byte arrives later; order and throughput stay as they are. */
  record Delay(Duration up, Duration down) implements ProxyMode {}

  /**
   * The server gets the request and does what it says; the reply is swallowed and the connection
   * reset on both sides.
   *
   * @param request which chunks of bytes from a client count; it may read them, nothing else
   * @param every each how many requests that count one is cut; so that something gets through
   */
  record CutAfterExecution(Predicate<ByteBuffer> request, int every) implements ProxyMode {
    public CutAfterExecution {
      if (every < 1) {
        throw new IllegalArgumentException("every: " + every + " (expected: >= 1)");
      }
    }
  }

  /**
   * The other side vanished without a word: whatever is sent is taken and lost, connections can be
   * opened, nobody is told that anybody closed. A connection that lost a byte is reset when the
   * mode ends.
   */
  record HalfOpen() implements ProxyMode {}

  /** Bytes in one direction are lost, the others go through; ends as {@link HalfOpen} does. */
  record BlackHole(Direction lost) implements ProxyMode {}

  /**
   * Nothing moves and nothing is lost: a partition that heals before anybody gave up. What was sent
   * meanwhile, also on connections that the client has closed since, arrives when the mode ends.
   */
  record Stall() implements ProxyMode {}

  /** Nobody listens; connections that are open are reset. */
  record Refuse() implements ProxyMode {}

  /** Whether bytes in that direction are taken and never delivered. */
  default boolean loses(Direction direction) {
    return this instanceof HalfOpen
        || (this instanceof BlackHole(Direction lost) && lost == direction);
  }

  default Duration delay(Direction direction) {
    if (this instanceof Delay(Duration up, Duration down)) {
      return direction == Direction.UP ? up : down;
    }
    return Duration.ZERO;
  }
}
