package flashsale.chaos;

import flashsale.local.LocalStackState;
import flashsale.local.RedisLine;
import java.io.IOException;

/** Commands to a Redis behind everybody's back. */
record RedisHarm(String host, int port) {
  /** The one of the run, not by way of the proxy. */
  static RedisHarm to(Target target) {
    LocalStackState.Redis redis = target.state().redis();
    return new RedisHarm(redis.host(), redis.port());
  }

  /** Fails when Redis says anything else. */
  void ok(String command) throws IOException {
    String reply = RedisLine.send(host, port, command);
    if (!reply.startsWith("+OK")) {
      throw new IOException("redis: " + command + ": " + reply + " (expected: +OK)");
    }
  }

  /** The number that a command returns. */
  long number(String command) throws IOException {
    String reply = RedisLine.send(host, port, command);
    if (!reply.startsWith(":")) {
      throw new IOException("redis: " + command + ": " + reply + " (expected: a number)");
    }
    return Long.parseLong(reply.substring(1));
  }

  /** A number out of INFO; 0 where it does not say. */
  long info(String section, String before) throws IOException {
    return number(
        "EVAL \"return tonumber(string.match(redis.call('INFO', '%s'), '%s([0-9]+)') or 0)\" 0"
            .formatted(section, before));
  }
}
