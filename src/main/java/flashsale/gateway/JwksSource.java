package flashsale.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Where a JWK set is read from. Reading may wait. */
interface JwksSource {
  /** A longer set is refused: it is none. */
  int BYTES_MAX = 1024 * 1024;

  Duration WITHIN = Duration.ofSeconds(5);

  /** Throws when it cannot be read. */
  String read();

  /** A file path or an https URL. Plain http is refused: whoever can change it can sign. */
  static JwksSource at(String location) {
    if (location.startsWith("https://")) {
      return url(URI.create(location));
    }
    if (location.contains("://")) {
      throw new IllegalArgumentException(
          "auth.jwks: " + location + " (expected: a file path or an https URL)");
    }
    Path file = Path.of(location);
    return () -> {
      try (InputStream in = Files.newInputStream(file)) {
        return text(in);
      } catch (IOException e) {
        throw new UncheckedIOException("auth.jwks: " + file + " (expected: readable)", e);
      }
    };
  }

  private static JwksSource url(URI url) {
    HttpClient client = HttpClient.newBuilder().connectTimeout(WITHIN).build();
    HttpRequest request = HttpRequest.newBuilder(url).timeout(WITHIN).build();
    return () -> {
      try {
        HttpResponse<InputStream> response =
            client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
          if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode());
          }
          return text(in);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("auth.jwks: " + url + " (expected: readable)", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("auth.jwks: interrupted", e);
      }
    };
  }

  private static String text(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(BYTES_MAX + 1);
    if (bytes.length > BYTES_MAX) {
      throw new IOException("longer than " + BYTES_MAX + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
