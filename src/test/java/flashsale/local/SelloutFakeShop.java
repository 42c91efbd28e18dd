package flashsale.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import flashsale.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The purchase contract in one map, with a fault to order: what the driver is tested against. */
public final class SelloutFakeShop implements AutoCloseable {
  /** What is wrong with this shop. */
  public enum Fault {
    NONE,
    /** Honest, but every third purchase is PENDING at first, and every seventh is to be retried. */
    NONE_BUT_SLOW_TO_SAY,
    SELLS_ONE_TOO_MANY,
    SELLS_ONE_TOO_FEW,
    GIVES_ONE_SEQUENCE_TWICE,
    NAMES_ANOTHER_ORDER_WHEN_ASKED_AGAIN,
    LOSES_AN_ORDER,
    NEVER_RESTS,
    DOES_NOT_CREATE
  }

  static {
    // Otherwise every answer waits for the acknowledgement of its own header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private record Order(String id, long sequence) {}

  private final Fault fault;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Order> orders = new HashMap<>();
  private final Set<String> pending = new HashSet<>();
  private final Set<String> sentAway = new HashSet<>();
  private long stock;

  /** Sells nothing before an activity is created. */
  public SelloutFakeShop(Fault fault) throws IOException {
    this.fault = fault;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    server.setExecutor(threads);
    server.createContext("/v1/", this::handle);
    server.start();
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String asked = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    SignedJWT token;
    String user;
    try {
      token = SignedJWT.parse(exchange.getRequestHeaders().getFirst("Authorization").substring(7));
      if (!token.verify(new MACVerifier(Settings.LOCAL_SECRET))) {
        throw new IllegalStateException("signature");
      }
      user = token.getJWTClaimsSet().getSubject();
    } catch (ParseException | JOSEException e) {
      throw new IllegalStateException(e);
    }
    if (asked.equals("POST /v1/admin/activities")) {
      create(exchange, body);
    } else if (asked.endsWith("/proof")) {
      proof(exchange);
    } else if (asked.startsWith("POST") && asked.endsWith("/purchases")) {
      purchase(exchange, user);
    } else if (asked.startsWith("GET") && asked.endsWith("/purchases/me")) {
      own(exchange, user);
    } else {
      answer(exchange, 404, "{\"code\":\"not-found\"}");
    }
  }

  private synchronized void create(HttpExchange exchange, String body) throws IOException {
    if (fault == Fault.DOES_NOT_CREATE) {
      answer(exchange, 403, "{\"code\":\"forbidden\"}");
      return;
    }
    stock = Long.parseLong(body.replaceFirst(".*\"stock\":([0-9]+).*", "$1"));
    answer(exchange, 201, "{}");
  }

  private void purchase(HttpExchange exchange, String user) throws IOException {
    int status;
    String body;
    synchronized (this) {
      int number = Integer.parseInt(user.replaceAll("[^0-9]", ""));
      boolean slow = fault == Fault.NONE_BUT_SLOW_TO_SAY;
      Order order = orders.get(user);
      if (order != null) {
        boolean other = fault == Fault.NAMES_ANOTHER_ORDER_WHEN_ASKED_AGAIN;
        String id = other ? UUID.randomUUID().toString() : order.id;
        status = pending.contains(user) ? 202 : 409;
        body = "{\"code\":\"already-purchased\",\"orderId\":\"" + id + "\"}";
      } else if (slow && number % 7 == 0 && sentAway.add(user)) {
        status = 503;
        body = "{\"code\":\"unavailable\"}";
      } else if (orders.size() >= forSale()) {
        status = 409;
        body = "{\"code\":\"sold-out\"}";
      } else {
        order = sell(user);
        status = slow && number % 3 == 0 && pending.add(user) ? 202 : 201;
        body = json(order, status == 202 ? "PENDING" : "CONFIRMED");
      }
    }
    answer(exchange, status, body);
  }

  private long forSale() {
    return switch (fault) {
      case SELLS_ONE_TOO_MANY -> stock + 1;
      case SELLS_ONE_TOO_FEW -> stock - 1;
      default -> stock;
    };
  }

  private Order sell(String user) {
    boolean again = fault == Fault.GIVES_ONE_SEQUENCE_TWICE && orders.size() == 5;
    Order order = new Order(UUID.randomUUID().toString(), orders.size() + (again ? 0 : 1));
    orders.put(user, order);
    return order;
  }

  private void own(HttpExchange exchange, String user) throws IOException {
    Order order;
    boolean stillPending;
    synchronized (this) {
      order = orders.get(user);
      stillPending = pending.remove(user);
    }
    if (order == null) {
      answer(exchange, 404, "{\"code\":\"not-purchased\"}");
    } else {
      answer(exchange, 200, json(order, stillPending ? "PENDING" : "CONFIRMED"));
    }
  }

  private void proof(HttpExchange exchange) throws IOException {
    String body;
    synchronized (this) {
      int lost = fault == Fault.LOSES_AN_ORDER ? 1 : 0;
      body =
          """
          {"consistent":true,"atRest":%b,"stock":%d,"sold":%d,"left":%d,"postgres":{"orders":%d}}\
          """
              .formatted(
                  fault != Fault.NEVER_RESTS,
                  stock,
                  orders.size(),
                  stock - orders.size(),
                  orders.size() - lost);
    }
    answer(exchange, 200, body);
  }

  private static String json(Order order, String status) {
    return "{\"orderId\":\"%s\",\"sequence\":%d,\"status\":\"%s\"}"
        .formatted(order.id, order.sequence, status);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (status == 202 || status == 503) {
      exchange.getResponseHeaders().set("Retry-After", "0");
    }
    // One length in two is sent in chunks, so that both ways of ending a body are met.
    exchange.sendResponseHeaders(status, status == 201 ? bytes.length : 0);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
