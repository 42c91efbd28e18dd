package flashsale.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flashsale.local.SelloutOptions.WrongArguments;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The running system a sell-out is aimed at.
 *
 * @param urls its HTTP addresses, one or more; shoppers spread over them
 * @param postgres where its orders are; null: not known, the proof's word has to do
 */
record SelloutTarget(List<URI> urls, @Nullable Postgres postgres) {
  private static final URI URL_DEFAULT = URI.create("http://127.0.0.1:8080");
  private static final ObjectMapper JSON = new ObjectMapper();

  SelloutTarget {
    urls = List.copyOf(urls);
  }

  /** Coordinates of the database. The password never appears in {@link #toString()}. */
  record Postgres(String host, int port, String database, String user, String password) {
    String jdbcUrl() {
      return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    @Override
    public String toString() {
      return user + "@" + jdbcUrl();
    }
  }

  static SelloutTarget of(SelloutOptions options) {
    return of(options.url(), options.state());
  }

  /**
   * Reads the state file if there is one; an address given by hand wins over it.
   *
   * <p>The file's Postgres counts only when the file speaks of the same system: reading the orders
   * of another one would accuse an innocent.
   */
  static SelloutTarget of(@Nullable URI url, @Nullable Path givenState) {
    Path file = givenState == null ? SelloutOptions.STATE_DEFAULT : givenState;
    if (givenState == null && !Files.isRegularFile(file)) {
      return new SelloutTarget(List.of(url == null ? URL_DEFAULT : url), null);
    }
    SelloutTarget stated = read(file);
    if (url == null) {
      return stated;
    }
    boolean same = givenState != null || stated.urls.contains(numeric(url));
    return new SelloutTarget(List.of(url), same ? stated.postgres : null);
  }

  private static SelloutTarget read(Path file) {
    JsonNode state;
    try {
      state = JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new WrongArguments("--state: " + file + " is not JSON (expected: a state file)");
    } catch (IOException e) {
      throw new WrongArguments("--state: " + file + " cannot be read (expected: a state file)");
    }
    List<URI> urls = new ArrayList<>();
    for (JsonNode address : state.path("http")) {
      urls.add(numeric(SelloutOptions.url("http in " + file, address.asText())));
    }
    if (urls.isEmpty()) {
      throw new WrongArguments("--state: " + file + " has no \"http\" (expected: a state file)");
    }
    JsonNode postgres = state.path("postgres");
    return new SelloutTarget(
        urls,
        postgres.path("port").isInt()
            ? new Postgres(
                postgres.path("host").asText("127.0.0.1"),
                postgres.path("port").asInt(),
                postgres.path("database").asText("flashsale"),
                postgres.path("user").asText("flashsale"),
                postgres.path("password").asText(""))
            : null);
  }

  private static URI numeric(URI url) {
    return url.getHost().equals("localhost")
        ? URI.create("http://127.0.0.1:" + url.getPort())
        : url;
  }
}
