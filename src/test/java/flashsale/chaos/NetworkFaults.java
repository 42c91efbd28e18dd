package flashsale.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import flashsale.chaos.ProxyMode.BlackHole;
import flashsale.chaos.ProxyMode.CutAfterExecution;
import flashsale.chaos.ProxyMode.Delay;
import flashsale.chaos.ProxyMode.Direction;
import flashsale.chaos.ProxyMode.HalfOpen;
import flashsale.chaos.ProxyMode.Pass;
import flashsale.chaos.ProxyMode.Stall;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What can happen on the way between the node and Redis or Kafka. */
final class NetworkFaults {
  private static final Duration LASTS = Duration.ofSeconds(5);

  /** Above the time-out of a command, so that every reply is for a call that was given up. */
  private static final Duration REDIS_LATE = Duration.ofMillis(400);

  private static final Duration KAFKA_LATE = Duration.ofMillis(400);

  /** Above the time-out of an append, which then takes place when nobody waits for it any more. */
  private static final Duration KAFKA_TOO_LATE = Duration.ofSeconds(4);

  private static final int CUT_EVERY = 3;
  private static final int KAFKA_PRODUCE = 0;
  private static final int KAFKA_HEADER_BYTES = 8;

  private NetworkFaults() {}

  static List<Fault> all() {
    return List.of(
        new Bad("redis", "replies 400 ms late", new Delay(Duration.ZERO, REDIS_LATE)),
        new Bad(
            "redis",
            "cut after execution",
            new CutAfterExecution(NetworkFaults::runsAScript, CUT_EVERY)),
        new Bad("redis", "half-open", new HalfOpen()),
        new Bad("redis", "replies lost", new BlackHole(Direction.DOWN)),
        new Bad("redis", "commands arrive 5 s late", new Stall()),
        new Bad("kafka", "400 ms late both ways", new Delay(KAFKA_LATE, KAFKA_LATE)),
        new Bad("kafka", "requests 4 s late", new Delay(KAFKA_TOO_LATE, Duration.ZERO)),
        new Bad(
            "kafka",
            "cut after produce",
            new CutAfterExecution(NetworkFaults::produces, CUT_EVERY)),
        new Bad("kafka", "half-open", new HalfOpen()),
        new Bad("kafka", "acks lost", new BlackHole(Direction.DOWN)),
        new Bad("kafka", "requests arrive 5 s late", new Stall()));
  }

  /** EVAL or EVALSHA, as an array of bulk strings: {@code *5\r\n$7\r\nEVALSHA\r\n…}. */
  static boolean runsAScript(ByteBuffer request) {
    return US_ASCII.decode(request).toString().contains("\r\nEVAL");
  }

  /** Begins a request: its length, what it asks for, and a version that there is. */
  static boolean produces(ByteBuffer request) {
    return request.remaining() > KAFKA_HEADER_BYTES
        && request.getInt(0) + Integer.BYTES >= request.remaining()
        && request.getShort(4) == KAFKA_PRODUCE
        && request.getShort(6) > 0
        && request.getShort(6) < 100;
  }

  /** The way to {@code part} is bad for a while. */
  private record Bad(String part, String what, ProxyMode mode) implements Fault {
    @Override
    public String name() {
      return part + ": " + what;
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public void strike(Target target) throws Exception {
      target.proxy(part).set(mode);
    }

    @Override
    public Duration lasts() {
      return LASTS;
    }

    @Override
    public void heal(Target target) throws Exception {
      long harmed = target.proxy(part).harmed();
      target.proxy(part).set(new Pass());
      if (harmed == 0) {
        throw new NotStruck("nothing came by the proxy");
      }
    }
  }
}
