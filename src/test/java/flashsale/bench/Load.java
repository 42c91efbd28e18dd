package flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over HTTP/1.1 connections that stay open, one at a time on each, and times the
 * answers. One thread does it all, so that the load costs as little as it can of the machine that
 * the system runs on.
 *
 * <p>Closed: every connection asks again as soon as it is answered, which finds out what can be
 * done. At a rate: requests come when they come, whether earlier ones are answered or not, and are
 * timed from the moment at which they came, also while they waited for a connection (no coordinated
 * omission).
 */
final class Load {
  private static final long LATENCY_MAX_US = TimeUnit.MINUTES.toMicros(2);
  private static final int DIGITS = 3;

  /**
   * How often is looked who has come. What waits for less than half a millisecond, Netty's selector
   * does by turning on the spot, and takes half a processor from what is measured.
   */
  private static final int TICK_US = 1000;

  /** What is sent, one after the other; each whole, head and body. Null: no more, the load ends. */
  interface Requests {
    byte @Nullable [] next();
  }

  /**
   * What came of the requests that were begun in the measured time.
   *
   * @param answers by HTTP status; 0: the connection broke
   * @param latencyUs of all of them
   * @param firstSecondUs of those of the first measured second
   * @param seconds measured
   * @param sent requests in all, also before the measured time
   */
  record Outcome(
      Map<Integer, Long> answers,
      Histogram latencyUs,
      Histogram firstSecondUs,
      double seconds,
      long sent) {
    long of(int status) {
      return answers.getOrDefault(status, 0L);
    }

    long all() {
      return answers.values().stream().mapToLong(Long::longValue).sum();
    }

    double perSecond() {
      return all() / seconds;
    }
  }

  /** How long to load before the measured time, and how long to measure. */
  record Times(double warmUpS, double measuredS) {
    private static long ns(double seconds) {
      return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }
  }

  private final Requests requests;
  private final Times times;
  private final double perSecond;
  private final Map<Integer, Long> answers = new TreeMap<>();
  private final Histogram latencyUs = new Histogram(LATENCY_MAX_US, DIGITS);
  private final Histogram firstSecondUs = new Histogram(LATENCY_MAX_US, DIGITS);
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private final ArrayDeque<Long> cameNs = new ArrayDeque<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private long startNs;
  private long measuredFromNs;
  private long measuredToNs;
  private long arrived;
  private long sent;
  private int underWay;
  private int open;
  private boolean finished;

  private Load(Requests requests, Times times, double perSecond) {
    this.requests = requests;
    this.times = times;
    this.perSecond = perSecond;
  }

  /** As many requests as can be answered on so many connections. */
  static Outcome closed(int port, int connections, Requests requests, Times times) {
    return new Load(requests, times, 0).run(port, connections, Instant.EPOCH);
  }

  /** So many requests a second from that time on, on at most so many connections. */
  static Outcome atRate(
      int port,
      int connections,
      double perSecond,
      Requests requests,
      Times times,
      Instant beginning) {
    return new Load(requests, times, perSecond).run(port, connections, beginning);
  }

  private Outcome run(int port, int connections, Instant beginning) {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      List<Channel> channels = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        channels.add(connected(loop, port));
      }
      long waitMs = Math.max(0, beginning.toEpochMilli() - System.currentTimeMillis());
      loop.schedule(() -> begin(loop), waitMs, TimeUnit.MILLISECONDS).syncUninterruptibly();
      over.join();
      channels.forEach(channel -> {
        var unused = channel.close();
      });
      return new Outcome(answers, latencyUs, firstSecondUs, times.measuredS, sent);
    } finally {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private Channel connected(EventLoopGroup loop, int port) {
    return new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Connection());
              }
            })
        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .syncUninterruptibly()
        .channel();
  }

  private void begin(EventLoopGroup loop) {
    startNs = System.nanoTime();
    measuredFromNs = startNs + Times.ns(times.warmUpS);
    measuredToNs = measuredFromNs + Times.ns(times.measuredS);
    if (perSecond == 0) {
      List.copyOf(idle).forEach(connection -> next(connection, System.nanoTime()));
    } else {
      var unused = loop.scheduleAtFixedRate(this::arrivals, 0, TICK_US, TimeUnit.MICROSECONDS);
    }
  }

  /** Those who have come since the last look. */
  private void arrivals() {
    long nowNs = System.nanoTime();
    long untilNs = Math.min(nowNs, measuredToNs);
    long due = (long) ((untilNs - startNs) * perSecond / TimeUnit.SECONDS.toNanos(1));
    while (arrived < due && !finished) {
      long atNs = startNs + (long) (arrived * TimeUnit.SECONDS.toNanos(1) / perSecond);
      arrived++;
      cameNs.add(atNs);
    }
    while (!cameNs.isEmpty() && !idle.isEmpty()) {
      send(idle.poll(), cameNs.poll());
    }
    endWhenAnswered(nowNs);
  }

  private void endWhenAnswered(long nowNs) {
    if ((finished || nowNs >= measuredToNs) && underWay == 0 && cameNs.isEmpty()) {
      over.complete(null);
    }
  }

  /** Closed: at once. At a rate: with whoever waits longest. */
  private void next(Connection connection, long nowNs) {
    if (perSecond == 0 && nowNs < measuredToNs && !finished) {
      idle.remove(connection);
      send(connection, nowNs);
    } else if (!cameNs.isEmpty()) {
      send(connection, cameNs.poll());
    } else {
      idle.add(connection);
      endWhenAnswered(nowNs);
    }
  }

  private void send(Connection connection, long fromNs) {
    byte[] request = requests.next();
    if (request == null) {
      finished = true;
      cameNs.clear();
      idle.add(connection);
      endWhenAnswered(System.nanoTime());
      return;
    }
    underWay++;
    sent++;
    connection.asking = true;
    connection.fromNs = fromNs;
    ChannelHandlerContext to = Objects.requireNonNull(connection.context);
    var unused = to.writeAndFlush(Unpooled.wrappedBuffer(request), to.voidPromise());
  }

  private void answered(Connection connection, int status) {
    long nowNs = System.nanoTime();
    underWay--;
    connection.asking = false;
    if (connection.fromNs >= measuredFromNs && connection.fromNs < measuredToNs) {
      answers.merge(status, 1L, Long::sum);
      long us = TimeUnit.NANOSECONDS.toMicros(nowNs - connection.fromNs);
      latencyUs.recordValue(Math.min(us, LATENCY_MAX_US));
      if (connection.fromNs - measuredFromNs < TimeUnit.SECONDS.toNanos(1)) {
        firstSecondUs.recordValue(Math.min(us, LATENCY_MAX_US));
      }
    }
    if (status != 0) {
      next(connection, nowNs);
    } else {
      endWhenAnswered(nowNs);
    }
  }

  /** One connection; reads no more of an answer than its status and where it ends. */
  private final class Connection extends ByteToMessageDecoder {
    private static final int STATUS_AT = 9;
    private static final byte[] LENGTH = "content-length:".getBytes(US_ASCII);

    private @Nullable ChannelHandlerContext context;
    private long fromNs;
    private boolean asking;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      context = ctx;
      open++;
      idle.add(this);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      int begin = in.readerIndex();
      int head = endOfHead(in);
      if (head < 0) {
        return;
      }
      int end = head + bodyLength(in, begin, head);
      if (in.writerIndex() < end) {
        return;
      }
      int status = 0;
      for (int i = 0; i < 3; i++) {
        status = status * 10 + in.getByte(begin + STATUS_AT + i) - '0';
      }
      in.readerIndex(end);
      answered(this, status);
    }

    private int endOfHead(ByteBuf in) {
      for (int i = in.readerIndex(); i + 3 < in.writerIndex(); i++) {
        if (in.getByte(i) == '\r' && in.getByte(i + 2) == '\r' && in.getByte(i + 3) == '\n') {
          return i + 4;
        }
      }
      return -1;
    }

    private int bodyLength(ByteBuf in, int begin, int head) {
      for (int i = begin; i < head; i++) {
        if (in.getByte(i) == '\n' && isLength(in, i + 1, head)) {
          int length = 0;
          for (int at = i + 1 + LENGTH.length; in.getByte(at) != '\r'; at++) {
            if (in.getByte(at) != ' ') {
              length = length * 10 + in.getByte(at) - '0';
            }
          }
          return length;
        }
      }
      return 0;
    }

    private boolean isLength(ByteBuf in, int at, int head) {
      for (int i = 0; i < LENGTH.length; i++) {
        if (at + i >= head || Character.toLowerCase(in.getByte(at + i)) != LENGTH[i]) {
          return false;
        }
      }
      return true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      idle.remove(this);
      open--;
      if (asking) {
        answered(this, 0);
      }
      if (open == 0) {
        over.completeExceptionally(new IllegalStateException("every connection broke"));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var unused = ctx.close();
    }
  }
}
