package flashsale.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy on 127.0.0.1 in front of a server. */
final class ChaosProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int serverPort;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private ChaosProxy(ServerSocket listener, int serverPort) {
    this.listener = listener;
    this.serverPort = serverPort;
  }

  /** Listens on {@code port} and passes on to {@code serverPort}, both on 127.0.0.1. */
  static ChaosProxy open(int port, int serverPort) throws IOException {
    ChaosProxy proxy =
        new ChaosProxy(new ServerSocket(port, 100, InetAddress.getLoopbackAddress()), serverPort);
    Thread.ofPlatform().daemon().name("proxy-" + serverPort).start(proxy::accept);
    return proxy;
  }

  /** Where it listens. */
  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    open.add(client);
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      open.add(server);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread up = Thread.ofVirtual().start(() -> copy(client, server));
      copy(server, client);
      up.join();
      open.remove(server);
    } catch (IOException | InterruptedException gone) {
      // both ends are closed by now
    } finally {
      open.remove(client);
    }
  }

  private static void copy(Socket from, Socket to) {
    byte[] buffer = new byte[64 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException gone) {
      // the other direction ends too, because both sockets are closed
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
