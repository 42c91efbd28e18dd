package flashsale.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.util.Base64URL;
import flashsale.config.Settings;
import flashsale.model.UserId;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Says who a request comes from, by its bearer token (RFC 6750, RFC 7519).
 *
 * <p>A good token is signed by a key of the {@link Keyring}, has an {@code exp} that has not
 * passed, no {@code nbf} that has yet to come, and a {@code sub} that is a user id. Whatever else a
 * token is, the answer is a value and never an exception.
 */
final class Tokens {
  /** A longer token is refused unread. */
  private static final int CHARACTERS_MAX = 4096;

  private static final String SCHEME = "Bearer ";

  /** How long a verified token is trusted unseen, at most. */
  private static final long KEPT_MS = 60_000;

  /** Headers differ only by algorithm and key. */
  private static final int HEADERS_KEPT_MAX = 64;

  /** Far beyond any token's life, and far from an overflow. */
  private static final long SECONDS_MAX = 1L << 40;

  private final Keyring keyring;
  private final Duration clockSkew;
  private final Clock clock;
  private final TokenCache cache;
  private final Map<String, JWSHeader> headers = new ConcurrentHashMap<>();

  Tokens(Keyring keyring, Duration clockSkew, int cachedMax, Clock clock) {
    this.cache = new TokenCache(cachedMax);
    this.keyring = keyring;
    this.clockSkew = clockSkew;
    this.clock = clock;
  }

  /** Fails when the configured keys cannot be read. */
  static CompletionStage<Tokens> open(Settings.Auth auth, Clock clock) {
    CompletionStage<? extends Keyring> keyring =
        switch (auth.method()) {
          case HS256 -> CompletableFuture.completedFuture(Keyring.ofSecret(auth.hs256Secret()));
          case JWKS -> Jwks.open(auth);
        };
    return keyring.thenApply(
        keys -> new Tokens(keys, auth.clockSkew(), auth.tokensCachedMax(), clock));
  }

  CompletionStage<Identity> identify(HttpRequest request) {
    List<String> given = new ArrayList<>(1);
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("authorization")) {
        given.add(header.value());
      }
    }
    return switch (given.size()) {
      case 0 -> CompletableFuture.completedFuture(new Identity.Absent());
      case 1 -> identify(given.getFirst());
      default -> refused("given more than once");
    };
  }

  /** Takes the value of the header {@code Authorization}. */
  CompletionStage<Identity> identify(String authorization) {
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return CompletableFuture.completedFuture(new Identity.Absent());
    }
    Object keys = keyring.keys();
    CompletionStage<Identity> known = cache.get(authorization, keys, clock.millis());
    return known != null ? known : verify(authorization, keys);
  }

  private CompletionStage<Identity> verify(String authorization, Object keys) {
    String token = authorization.substring(SCHEME.length()).trim();
    if (token.length() > CHARACTERS_MAX) {
      return refused("longer than " + CHARACTERS_MAX + " characters");
    }
    int header = token.indexOf('.');
    int payload = token.indexOf('.', header + 1);
    if (header < 0 || payload < 0 || !isOfToken(token) || token.indexOf('.', payload + 1) >= 0) {
      return refused("not a signed JWT");
    }
    try {
      JWSHeader head = header(token.substring(0, header));
      if (head.getCriticalParams() != null) {
        return refused("it demands extensions that are not known here");
      }
      return keyring
          .candidates(head)
          .thenApply(candidates -> {
            Judged judged = judge(head, token, header, payload, candidates);
            if (judged.identity() instanceof Identity.Caller) {
              cache.put(
                  authorization, keys, clock.millis(), judged.untilMillis(), judged.identity());
            }
            return judged.identity();
          });
    } catch (ParseException | RuntimeException e) {
      return refused("not a signed JWT");
    }
  }

  /** The tokens of an issuer share a few headers. */
  private JWSHeader header(String encoded) throws ParseException {
    JWSHeader known = headers.get(encoded);
    if (known != null) {
      return known;
    }
    JWSHeader header = JWSHeader.parse(new Base64URL(encoded));
    if (headers.size() < HEADERS_KEPT_MAX) {
      headers.put(encoded, header);
    }
    return header;
  }

  /** RFC 7515 §2. The library would skip anything else, so one signature had many spellings. */
  private static boolean isOfToken(String token) {
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      boolean allowed =
          c >= 'A' && c <= 'Z'
              || c >= 'a' && c <= 'z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '_'
              || c == '.';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  /** Who it is, and until when that may be remembered. */
  private record Judged(Identity identity, long untilMillis) {
    static Judged refused(String why) {
      return new Judged(new Identity.Refused(why), 0);
    }
  }

  private Judged judge(
      JWSHeader head, String token, int header, int payload, List<JWSVerifier> keys) {
    if (keys.isEmpty()) {
      return Judged.refused("its algorithm or key is not accepted");
    }
    try {
      byte[] signed = token.substring(0, payload).getBytes(StandardCharsets.US_ASCII);
      Base64URL signature = new Base64URL(token.substring(payload + 1));
      for (JWSVerifier key : keys) {
        if (key.verify(head, signed, signature)) {
          String claims = token.substring(header + 1, payload);
          return judge(TokenClaims.parse(Base64.getUrlDecoder().decode(claims)));
        }
      }
      return Judged.refused("its signature does not match");
    } catch (JOSEException | ParseException | RuntimeException e) {
      return Judged.refused("its signature or claims cannot be read");
    }
  }

  private Judged judge(TokenClaims claims) {
    String subject = claims.subject();
    if (subject == null) {
      return Judged.refused("it has no sub");
    }
    Long expiry = claims.expiry();
    if (expiry == null) {
      return Judged.refused("it has no exp");
    }
    long now = clock.millis();
    long until = millis(expiry) + clockSkew.toMillis();
    if (until <= now) {
      return Judged.refused("it has expired");
    }
    Long notBefore = claims.notBefore();
    if (notBefore != null && millis(notBefore) - clockSkew.toMillis() > now) {
      return Judged.refused("it is not valid yet");
    }
    if (!UserId.isValid(subject)) {
      return Judged.refused("its sub is no user id (expected: " + UserId.EXPECTED + ")");
    }
    return new Judged(
        new Identity.Caller(new UserId(subject), claims.ops()), Math.min(until, now + KEPT_MS));
  }

  private static long millis(long seconds) {
    return Math.clamp(seconds, -SECONDS_MAX, SECONDS_MAX) * 1000;
  }

  private static CompletionStage<Identity> refused(String why) {
    return CompletableFuture.completedFuture(new Identity.Refused(why));
  }
}
