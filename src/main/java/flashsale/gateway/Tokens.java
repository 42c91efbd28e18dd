package flashsale.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import flashsale.config.Settings;
import flashsale.model.UserId;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

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
  private static final String OPS = "ops";

  private final Keyring keyring;
  private final Duration clockSkew;
  private final Clock clock;

  Tokens(Keyring keyring, Duration clockSkew, Clock clock) {
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
    return keyring.thenApply(keys -> new Tokens(keys, auth.clockSkew(), clock));
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
    String token = authorization.substring(SCHEME.length()).trim();
    if (token.length() > CHARACTERS_MAX) {
      return refused("longer than " + CHARACTERS_MAX + " characters");
    }
    if (!token.chars().allMatch(Tokens::isOfToken)) {
      return refused("not a signed JWT");
    }
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      if (jwt.getHeader().getCriticalParams() != null) {
        return refused("it demands extensions that are not known here");
      }
      return keyring.candidates(jwt.getHeader()).thenApply(keys -> identify(jwt, keys));
    } catch (ParseException | RuntimeException e) {
      return refused("not a signed JWT");
    }
  }

  /** RFC 7515 §2. The library would skip anything else, so one signature had many spellings. */
  private static boolean isOfToken(int c) {
    return c >= 'A' && c <= 'Z'
        || c >= 'a' && c <= 'z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private Identity identify(SignedJWT jwt, List<JWSVerifier> keys) {
    if (keys.isEmpty()) {
      return new Identity.Refused("its algorithm or key is not accepted");
    }
    try {
      for (JWSVerifier key : keys) {
        if (jwt.verify(key)) {
          return caller(jwt.getPayload().toJSONObject());
        }
      }
      return new Identity.Refused("its signature does not match");
    } catch (JOSEException | ParseException | RuntimeException e) {
      return new Identity.Refused("its signature or claims cannot be read");
    }
  }

  private Identity caller(@Nullable Map<String, Object> payload) throws ParseException {
    // The library would make a text of a number.
    if (payload == null || !(payload.get("sub") instanceof String)) {
      return new Identity.Refused("it has no sub");
    }
    JWTClaimsSet claims = JWTClaimsSet.parse(payload);
    Instant now = clock.instant();
    Date expiry = claims.getExpirationTime();
    if (expiry == null) {
      return new Identity.Refused("it has no exp");
    }
    if (!expiry.toInstant().plus(clockSkew).isAfter(now)) {
      return new Identity.Refused("it has expired");
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null && notBefore.toInstant().minus(clockSkew).isAfter(now)) {
      return new Identity.Refused("it is not valid yet");
    }
    String subject = claims.getSubject();
    if (subject == null || !UserId.isValid(subject)) {
      return new Identity.Refused("its sub is no user id (expected: " + UserId.EXPECTED + ")");
    }
    return new Identity.Caller(new UserId(subject), isOps(claims.getClaim("roles")));
  }

  /** Roles that are no list of strings are no roles. */
  private static boolean isOps(Object roles) {
    return roles instanceof Collection<?> list
        && list.stream().allMatch(String.class::isInstance)
        && list.contains(OPS);
  }

  private static CompletionStage<Identity> refused(String why) {
    return CompletableFuture.completedFuture(new Identity.Refused(why));
  }
}
