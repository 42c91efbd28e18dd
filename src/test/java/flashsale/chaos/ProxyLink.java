package flashsale.chaos;

import flashsale.chaos.ProxyMode.CutAfterExecution;
import flashsale.chaos.ProxyMode.Direction;
import flashsale.chaos.ProxyMode.HalfOpen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection through a {@link ChaosProxy}: for each direction a thread that reads and
 * stamps, and one that delivers when it is time.
 *
 * <p>An end or an error of one side travels behind its bytes and under the same rules, so that in a
 * half-open connection nobody hears of it.
 */
final class ProxyLink {
  private static final int CHUNK_BYTES = 65_536;
  private static final int CHUNKS_QUEUED_MAX = 1024;

  /** So that not the request's neighbour alone was executed when the connection is reset. */
  private static final Duration CUT_GRACE = Duration.ofMillis(10);

  private enum Kind {
    BYTES,
    END,
    ERROR
  }

  private static final class Chunk {
    private final long dueNanos;
    private final Kind kind;
    private final byte[] bytes;

    Chunk(long dueNanos, Kind kind, byte... bytes) {
      this.dueNanos = dueNanos;
      this.kind = kind;
      this.bytes = bytes;
    }
  }

  private final ChaosProxy proxy;
  private final Socket client;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final AtomicInteger openDirections = new AtomicInteger(2);
  private volatile @Nullable Socket upstream;
  private volatile boolean doomed;
  private volatile boolean cutting;
  private volatile boolean over;

  ProxyLink(ChaosProxy proxy, Socket client) {
    this.proxy = proxy;
    this.client = client;
  }

  /** Returns soon; the link lives until it is reset or both sides have ended. */
  void run(int upstreamPort) {
    if (proxy.mode() instanceof HalfOpen) {
      // The kernel takes what the client sends, and nobody reads it.
      doom();
      return;
    }
    try {
      client.setTcpNoDelay(true);
      Socket server = new Socket(InetAddress.getLoopbackAddress(), upstreamPort);
      upstream = server;
      server.setTcpNoDelay(true);
      if (over) {
        reset();
        return;
      }
      begin(Direction.UP, client, server);
      begin(Direction.DOWN, server, client);
    } catch (IOException nobodyThere) {
      reset();
    }
  }

  /** It lost bytes: what comes after them would make no sense to anybody. */
  boolean isDoomedUnder(ProxyMode next) {
    return doomed && !next.loses(Direction.UP) && !next.loses(Direction.DOWN);
  }

  /** The mode may have ended between being read and this. */
  private void doom() {
    proxy.onHarm();
    doomed = true;
    if (isDoomedUnder(proxy.mode())) {
      reset();
    }
  }

  /** RST to both sides, at once. */
  void reset() {
    end(true);
  }

  /** The sockets first: an interrupt would close one that is being read, and with FIN. */
  private void end(boolean abruptly) {
    over = true;
    proxy.forget(this);
    close(client, abruptly);
    Socket server = upstream;
    if (server != null) {
      close(server, abruptly);
    }
    threads.forEach(Thread::interrupt);
  }

  private static void close(Socket socket, boolean abruptly) {
    try {
      if (abruptly) {
        socket.setSoLinger(true, 0);
      }
    } catch (IOException alreadyClosed) {
      // Nothing left to tell.
    }
    try {
      socket.close();
    } catch (IOException alreadyClosed) {
      // That is what was wanted.
    }
  }

  private void begin(Direction direction, Socket from, Socket to) {
    BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNKS_QUEUED_MAX);
    start(() -> deliver(direction, queue, to));
    start(() -> read(direction, from, queue));
  }

  private void start(Runnable work) {
    Thread thread = Thread.ofVirtual().name("proxy-link").unstarted(work);
    threads.add(thread);
    thread.start();
    if (over) {
      thread.interrupt();
    }
  }

  private void read(Direction direction, Socket from, BlockingQueue<Chunk> queue) {
    byte[] buffer = new byte[CHUNK_BYTES];
    Kind last = Kind.END;
    try {
      try {
        for (int read; (read = from.getInputStream().read(buffer)) >= 0; ) {
          queue.put(new Chunk(due(direction), Kind.BYTES, Arrays.copyOf(buffer, read)));
        }
      } catch (IOException broken) {
        last = Kind.ERROR;
      }
      queue.put(new Chunk(due(direction), last));
    } catch (InterruptedException e) {
      // The link is over.
    }
  }

  private long due(Direction direction) {
    return System.nanoTime() + proxy.mode().delay(direction).toNanos();
  }

  private void deliver(Direction direction, BlockingQueue<Chunk> queue, Socket to) {
    try {
      for (Chunk chunk = queue.take(); !over; chunk = queue.take()) {
        long early = chunk.dueNanos - System.nanoTime();
        if (early > 0) {
          proxy.onHarm();
          Thread.sleep(Duration.ofNanos(early));
        }
        ProxyMode mode = proxy.awaitMoving();
        switch (chunk.kind) {
          case BYTES -> pass(direction, mode, chunk.bytes, to);
          case END -> {
            proxy.awaitKept(direction);
            to.shutdownOutput();
            if (openDirections.decrementAndGet() == 0) {
              end(false);
            }
            return;
          }
          case ERROR -> {
            proxy.awaitKept(direction);
            reset();
            return;
          }
        }
      }
    } catch (IOException broken) {
      // Whoever cannot be written to will be heard of by the thread that reads from there.
    } catch (InterruptedException e) {
      // The link is over.
    }
  }

  private void pass(Direction direction, ProxyMode mode, byte[] bytes, Socket to)
      throws IOException, InterruptedException {
    if (mode.loses(direction)) {
      doom();
      return;
    }
    if (direction == Direction.UP) {
      if (mode instanceof CutAfterExecution cut
          && cut.request().test(ByteBuffer.wrap(bytes).asReadOnlyBuffer())
          && proxy.isTurnOf(cut)) {
        cutting = true;
      }
    } else if (cutting) {
      Thread.sleep(CUT_GRACE);
      proxy.onHarm();
      reset();
      return;
    }
    to.getOutputStream().write(bytes);
  }
}
