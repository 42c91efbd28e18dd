package flashsale.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends one inline command to a Redis, for tests that do it harm. */
public final class RedisLine {
  private RedisLine() {}

  /** Returns the first line of the reply. */
  public static String send(String host, int port, String command) throws IOException {
    try (Socket socket = new Socket(host, port);
        BufferedReader reply =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return reply.readLine();
    }
  }
}
