package flashsale.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between a client and a server on 127.0.0.1 and does to their connections what a bad
 * network does.
 *
 * <p>The {@link ProxyMode} and the server may be changed at any time and by any thread; both take
 * effect at once, on open connections too. A server that is gone looks like one: who connects is
 * reset.
 */
final class ChaosProxy implements AutoCloseable {
  private static final int BACKLOG = 256;

  private final InetSocketAddress address;
  private final Set<ProxyLink> links = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition modeChanged = lock.newCondition();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong harmed = new AtomicLong();
  private volatile int upstreamPort;
  private volatile ProxyMode mode = new ProxyMode.Pass();
  private volatile ServerSocket listening;
  private volatile boolean closed;

  private ChaosProxy(ServerSocket listening, int upstreamPort) {
    this.listening = listening;
    this.address = (InetSocketAddress) listening.getLocalSocketAddress();
    this.upstreamPort = upstreamPort;
  }

  /** Lets everything through at first; on a port of 127.0.0.1 that is free. */
  static ChaosProxy open(int upstreamPort) throws IOException {
    return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), upstreamPort);
  }

  /** The same at an address of this machine. */
  static ChaosProxy open(InetSocketAddress address, int upstreamPort) throws IOException {
    ChaosProxy proxy = new ChaosProxy(listen(address), upstreamPort);
    proxy.acceptFrom(proxy.listening);
    return proxy;
  }

  int port() {
    return address.getPort();
  }

  /** How many pieces of traffic were late, lost, held or cut since the last {@link #set}. */
  long harmed() {
    return harmed.get();
  }

  ProxyMode mode() {
    return mode;
  }

  /** Returns when the mode is in force. */
  void set(ProxyMode next) throws IOException {
    lock.lock();
    try {
      mode = next;
      harmed.set(0);
      modeChanged.signalAll();
      boolean refuses = next instanceof ProxyMode.Refuse;
      if (refuses) {
        listening.close();
      }
      for (ProxyLink link : links) {
        if (refuses || link.isDoomedUnder(next)) {
          link.reset();
        }
      }
      if (!refuses && listening.isClosed() && !closed) {
        listening = listen(address);
        acceptFrom(listening);
      }
    } finally {
      lock.unlock();
    }
  }

  /** From now on connections lead to another server; those that are open are reset. */
  void leadTo(int otherUpstreamPort) {
    upstreamPort = otherUpstreamPort;
    links.forEach(ProxyLink::reset);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    set(new ProxyMode.Refuse());
  }

  /** Waits as long as nothing may move; the mode that is in force then. */
  ProxyMode awaitMoving() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (mode instanceof ProxyMode.Stall) {
        onHarm();
        modeChanged.await();
      }
      return mode;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing is lost in that direction any more. */
  void awaitKept(ProxyMode.Direction direction) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (mode instanceof ProxyMode.Stall || mode.loses(direction)) {
        modeChanged.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether this request, which counts, is the one to be cut. */
  boolean isTurnOf(ProxyMode.CutAfterExecution cut) {
    return requests.incrementAndGet() % cut.every() == 0;
  }

  void onHarm() {
    harmed.incrementAndGet();
  }

  void forget(ProxyLink link) {
    links.remove(link);
  }

  private static ServerSocket listen(InetSocketAddress address) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(address, BACKLOG);
    return socket;
  }

  private void acceptFrom(ServerSocket socket) {
    Thread.ofVirtual()
        .name("proxy-" + port())
        .start(() -> {
          while (!socket.isClosed()) {
            try {
              begin(socket.accept());
            } catch (IOException closedMeanwhile) {
              // The loop's condition says whether it goes on.
            }
          }
        });
  }

  private void begin(Socket client) {
    ProxyLink link = new ProxyLink(this, client);
    links.add(link);
    Thread.ofVirtual().name("proxy-link").start(() -> link.run(upstreamPort));
    if (mode instanceof ProxyMode.Refuse) {
      link.reset();
    }
  }
}
