package flashsale.local;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection that speaks just enough HTTP/1.1: one request, one answer, again.
 *
 * <p>The shoppers share two cores with the servers they measure, so a request must cost next to
 * nothing here. Used by one thread at a time. After any failure the connection is dropped and the
 * next request opens another one; nothing is ever sent twice by itself. Who goes on asking where
 * nobody listens has to {@link #pause()}, or asks thousands of times a second.
 */
public final class SelloutHttp implements AutoCloseable {
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);
  private static final Duration PAUSE_MIN = Duration.ofMillis(50);
  private static final int PAUSE_DOUBLED_MAX = 4;
  private static final int LINE_BYTES_MAX = 8192;
  private static final int HEADERS_MAX = 100;
  private static final int BODY_BYTES_MAX = 4 << 20;

  /**
   * What came back.
   *
   * @param retryAfterS the header's seconds, 0 when there was none
   */
  public record Reply(int status, int retryAfterS, String body) {}

  private final List<URI> urls;
  private URI url;
  private final byte[] buffer = new byte[8192];
  private int from;
  private int to;
  private long deadlineNs;
  private int refusedInARow;
  private @Nullable Socket socket;

  /** Opens nothing yet. */
  public SelloutHttp(URI url) {
    this(List.of(url));
  }

  /** The same; where one cannot be connected to, the next one is tried by the next request. */
  public SelloutHttp(List<URI> urls) {
    this.urls = List.copyOf(urls);
    this.url = urls.getFirst();
  }

  /**
   * Sends one request; fails when the whole answer is not there in time.
   *
   * @throws ConnectException nothing was sent, because there was no connection to be had
   */
  public Reply exchange(
      String method, String path, String token, @Nullable String json, Duration within)
      throws IOException {
    boolean reusable = false;
    try {
      deadlineNs = System.nanoTime() + within.toNanos();
      Socket open = connected();
      open.getOutputStream().write(request(method, path, token, json));
      Head head = readHead(open.getInputStream());
      String body = readBody(open.getInputStream(), head);
      reusable = head.keepsAlive && (head.chunked || head.length >= 0);
      return new Reply(head.status, head.retryAfterS, body);
    } finally {
      if (!reusable) {
        close();
      }
    }
  }

  private byte[] request(String method, String path, String token, @Nullable String json) {
    StringBuilder text = new StringBuilder(512);
    text.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ");
    text.append(url.getHost()).append(':').append(url.getPort());
    text.append("\r\nAuthorization: Bearer ").append(token).append("\r\n");
    if (json != null) {
      text.append("Content-Type: application/json\r\n");
    }
    if (!method.equals("GET")) {
      int length = json == null ? 0 : json.getBytes(StandardCharsets.UTF_8).length;
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    text.append("\r\n").append(json == null ? "" : json);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private Socket connected() throws IOException {
    if (socket != null) {
      return socket;
    }
    Socket fresh = new Socket();
    try {
      fresh.setTcpNoDelay(true);
      fresh.connect(
          new InetSocketAddress(url.getHost(), url.getPort()), (int) CONNECT_WITHIN.toMillis());
    } catch (IOException e) {
      fresh.close();
      refusedInARow++;
      url = urls.get((urls.indexOf(url) + 1) % urls.size());
      ConnectException unsent = new ConnectException(e.getMessage());
      unsent.initCause(e);
      throw unsent;
    }
    refusedInARow = 0;
    from = 0;
    to = 0;
    socket = fresh;
    return fresh;
  }

  /**
   * Waits, longer each time, where the last attempts to connect all failed: 50 ms to 0.8 s. Else it
   * does not wait.
   */
  public void pause() throws InterruptedException {
    if (refusedInARow > 0) {
      int doubled = Math.min(refusedInARow - 1, PAUSE_DOUBLED_MAX);
      Thread.sleep(PAUSE_MIN.toMillis() << doubled);
    }
  }

  private static final class Head {
    int status;
    int length = -1;
    int retryAfterS;
    boolean chunked;
    boolean keepsAlive = true;
  }

  private Head readHead(InputStream in) throws IOException {
    Head head = new Head();
    String status = line(in);
    if (!status.matches("HTTP/1\\.1 [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("not an HTTP/1.1 answer");
    }
    head.status = Integer.parseInt(status.substring(9, 12));
    for (int i = 0; i < HEADERS_MAX; i++) {
      String header = line(in);
      if (header.isEmpty()) {
        return head;
      }
      int colon = header.indexOf(':');
      String value = header.substring(colon + 1).trim();
      if (named("content-length", header, colon)) {
        head.length = number(value, BODY_BYTES_MAX);
      } else if (named("transfer-encoding", header, colon)) {
        head.chunked = value.equalsIgnoreCase("chunked");
      } else if (named("retry-after", header, colon)) {
        head.retryAfterS = number(value, Integer.MAX_VALUE);
      } else if (named("connection", header, colon)) {
        head.keepsAlive = !value.equalsIgnoreCase("close");
      }
    }
    throw new IOException("more than " + HEADERS_MAX + " headers");
  }

  private static boolean named(String name, String header, int colon) {
    return colon == name.length() && header.regionMatches(true, 0, name, 0, colon);
  }

  private static int number(String text, int most) throws IOException {
    long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
    if (number < 0 || number > most) {
      throw new IOException("a header's number is " + text + " (expected: 0 to " + most + ")");
    }
    return (int) number;
  }

  private String readBody(InputStream in, Head head) throws IOException {
    if (head.status == 204 || head.status == 304) {
      head.length = 0;
      return "";
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    if (head.chunked) {
      readChunks(in, body);
    } else if (head.length >= 0) {
      take(in, head.length, body);
    } else {
      while (from < to || fill(in)) {
        take(in, to - from, body);
      }
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  private void readChunks(InputStream in, ByteArrayOutputStream body) throws IOException {
    while (true) {
      String size = line(in).replaceFirst(";.*", "").trim();
      if (!size.matches("[0-9a-fA-F]{1,7}")) {
        throw new IOException("not a chunk");
      }
      int length = Integer.parseInt(size, 16);
      if (length == 0) {
        break;
      }
      take(in, length, body);
      line(in);
    }
    while (!line(in).isEmpty()) {
      // a trailer
    }
  }

  private void take(InputStream in, int count, ByteArrayOutputStream into) throws IOException {
    if (into.size() + count > BODY_BYTES_MAX) {
      throw new IOException("a body above " + BODY_BYTES_MAX + " bytes");
    }
    for (int missing = count; missing > 0; ) {
      need(in);
      int some = Math.min(missing, to - from);
      into.write(buffer, from, some);
      from += some;
      missing -= some;
    }
  }

  private String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (line.length() < LINE_BYTES_MAX) {
      need(in);
      char c = (char) (buffer[from++] & 0xff);
      if (c == '\n') {
        int end = line.length() > 0 && line.charAt(line.length() - 1) == '\r' ? 1 : 0;
        return line.substring(0, line.length() - end);
      }
      line.append(c);
    }
    throw new IOException("a line above " + LINE_BYTES_MAX + " bytes");
  }

  private void need(InputStream in) throws IOException {
    if (from == to && !fill(in)) {
      throw new EOFException("the connection was closed before the answer was complete");
    }
  }

  private boolean fill(InputStream in) throws IOException {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    if (leftMs <= 0 || socket == null) {
      throw new SocketTimeoutException("no answer in time");
    }
    socket.setSoTimeout((int) Math.min(leftMs, Integer.MAX_VALUE));
    int read = in.read(buffer, 0, buffer.length);
    from = 0;
    to = Math.max(read, 0);
    return read > 0;
  }

  /** Drops the connection, with whatever answer is still on its way. Repeatable. */
  @Override
  public void close() {
    Socket old = socket;
    socket = null;
    if (old != null) {
      try {
        old.close();
      } catch (IOException e) {
        // it is gone either way
      }
    }
  }
}
