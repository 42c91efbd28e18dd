package flashsale.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * How another shell tells a run to restart a part: one line over a socket of this machine, one line
 * back.
 *
 * <p>The request is {@code SECRET NAME}; the secret is in a file that only the run's owner can
 * read. The answer is the caller's exit code and a sentence.
 */
final class LocalStackControl implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 4096;
  private static final int REQUEST_WITHIN_MS = 5_000;
  private static final int ANSWER_WITHIN_MS = 180_000;

  /** What the caller is told. */
  record Answer(int exitCode, String sentence) {}

  /** Restarts the part of that name and returns when it is ready or has failed to be. */
  interface Restarts {
    Answer restart(String name);
  }

  private final ServerSocket socket;
  private final byte[] secret;
  private final Restarts restarts;

  private LocalStackControl(ServerSocket socket, byte[] secret, Restarts restarts) {
    this.socket = socket;
    this.secret = secret;
    this.restarts = restarts;
  }

  /** Listens until closed; each request has a thread of its own. */
  static LocalStackControl open(Path secretFile, Restarts restarts) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String secret = HexFormat.of().formatHex(random);
    Files.deleteIfExists(secretFile);
    Files.createFile(
        secretFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secretFile, secret);
    ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    LocalStackControl control = new LocalStackControl(socket, secret.getBytes(UTF_8), restarts);
    Thread.ofPlatform().daemon().name("control").start(control::accept);
    return control;
  }

  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket caller = socket.accept();
        Thread.ofVirtual().start(() -> serve(caller));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      caller.setSoTimeout(REQUEST_WITHIN_MS);
      String[] words = line(caller.getInputStream()).split(" ", 2);
      boolean known = MessageDigest.isEqual(words[0].getBytes(UTF_8), secret);
      Answer answer =
          known && words.length == 2
              ? restarts.restart(words[1])
              : new Answer(1, "the run does not know this caller");
      send(caller, answer.exitCode() + " " + answer.sentence());
    } catch (IOException gone) {
      return;
    }
  }

  /** Asks the run of this checkout to restart a part; returns the exit code. */
  static int restart(LocalStackFiles files, String name, PrintStream out, PrintStream err) {
    try {
      String control = LocalStackState.read(files.state()).control();
      String secret = Files.readString(files.controlSecret());
      int port = Integer.parseInt(control.substring(control.lastIndexOf(':') + 1));
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(ANSWER_WITHIN_MS);
        send(socket, secret + " " + name.replaceAll("\\s", "?"));
        String[] answer = line(socket.getInputStream()).split(" ", 2);
        int exitCode = Integer.parseInt(answer[0]);
        (exitCode == 0 ? out : err).println(answer[1]);
        return exitCode;
      }
    } catch (IOException | RuntimeException e) {
      err.println(
          "nothing is running in this checkout, or it does not answer; scripts/run starts it");
      return 1;
    }
  }

  private static void send(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    byte[] bytes = new byte[LINE_BYTES_MAX];
    int length = 0;
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (length == bytes.length) {
        throw new IOException("line: longer than " + LINE_BYTES_MAX + " bytes");
      }
      bytes[length++] = (byte) b;
    }
    return new String(bytes, 0, length, UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
