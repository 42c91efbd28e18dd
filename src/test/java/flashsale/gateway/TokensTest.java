package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import flashsale.model.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens signed with a shared secret, at a fixed time, with ten seconds of skew. */
class TokensTest {
  private static final String SECRET = "a secret of at least thirty-two bytes";
  private static final Instant NOW = Instant.parse("2026-09-21T14:13:20Z");

  private final Tokens tokens =
      new Tokens(
          Keyring.ofSecret(SECRET), Duration.ofSeconds(10), 16, Clock.fixed(NOW, ZoneOffset.UTC));

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder().subject("alice").expirationTime(at(60));
  }

  private static Date at(long secondsFromNow) {
    return Date.from(NOW.plusSeconds(secondsFromNow));
  }

  private static String signed(JWTClaimsSet claims) throws JOSEException {
    return signed(claims, JWSAlgorithm.HS256, SECRET);
  }

  private static String signed(JWTClaimsSet claims, JWSAlgorithm algorithm, String secret)
      throws JOSEException {
    SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims);
    jwt.sign(new MACSigner(secret));
    return jwt.serialize();
  }

  private Identity identify(String token) {
    return tokens.identify("Bearer " + token).toCompletableFuture().join();
  }

  private Identity identify(JWTClaimsSet.Builder claims) throws JOSEException {
    return identify(signed(claims.build()));
  }

  private static Identity.Caller alice(boolean ops) {
    return new Identity.Caller(new UserId("alice"), ops);
  }

  private void isRefused(JWTClaimsSet.Builder claims) throws JOSEException {
    assertThat(identify(claims)).isInstanceOf(Identity.Refused.class);
  }

  private void isRefused(String token) {
    assertThat(identify(token)).isInstanceOf(Identity.Refused.class);
  }

  @Test
  void knowsTheCallerOfAGoodToken() throws JOSEException {
    assertThat(identify(claims())).isEqualTo(alice(false));
    assertThat(identify(claims().claim("roles", List.of("shopper", "ops")))).isEqualTo(alice(true));
  }

  @Test
  void takesTheSchemeInAnyCase() throws JOSEException {
    String token = signed(claims().build());

    assertThat(tokens.identify("bEARER  " + token).toCompletableFuture().join())
        .isEqualTo(alice(false));
  }

  @Test
  void seesNoTokenInAnotherScheme() {
    assertThat(tokens.identify("Basic YTpi").toCompletableFuture().join())
        .isEqualTo(new Identity.Absent());
    assertThat(tokens.identify("").toCompletableFuture().join()).isEqualTo(new Identity.Absent());
  }

  @Test
  void allowsForClocksThatDiffer() throws JOSEException {
    assertThat(identify(claims().expirationTime(at(-9)))).isEqualTo(alice(false));
    assertThat(identify(claims().notBeforeTime(at(10)))).isEqualTo(alice(false));
  }

  @Test
  void refusesATokenOutOfItsTime() throws JOSEException {
    isRefused(claims().expirationTime(at(-10)));
    isRefused(claims().expirationTime(at(-3600)));
    isRefused(claims().expirationTime(null));
    isRefused(claims().notBeforeTime(at(11)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "alice ", "ümit", "a/b", "a\u0000"})
  void refusesASubjectThatIsNoUserId(String subject) throws JOSEException {
    isRefused(claims().subject(subject));
  }

  @Test
  void refusesATokenWithoutASubjectOrWithALongOne() throws JOSEException {
    isRefused(claims().subject(null));
    isRefused(claims().subject("a".repeat(65)));
    assertThat(identify(claims().subject("a".repeat(64)))).isInstanceOf(Identity.Caller.class);
  }

  @Test
  void refusesASubjectThatIsNoString() throws JOSEException {
    isRefused(rawClaims("{\"sub\":7,\"exp\":4000000000}"));
    isRefused(rawClaims("{\"sub\":[\"alice\"],\"exp\":4000000000}"));
    isRefused(rawClaims("{\"sub\":\"alice\",\"exp\":\"4000000000\"}"));
    isRefused(rawClaims("{\"sub\":\"alice\",\"exp\":-4000000000}"));
    isRefused(rawClaims("[]"));
    isRefused(rawClaims("{"));
    isRefused(rawClaims(""));
  }

  private static String rawClaims(String payload) throws JOSEException {
    JWSHeader header = new JWSHeader(JWSAlgorithm.HS256);
    String signed = header.toBase64URL() + "." + Base64URL.encode(payload);
    Base64URL signature =
        new MACSigner(SECRET)
            .sign(header, signed.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return signed + "." + signature;
  }

  @Test
  void seesNoRolesWhereThereIsNoListOfStrings() throws JOSEException {
    for (Object roles : new Object[] {"ops", 7, Map.of("ops", true), List.of("ops", 7), true}) {
      assertThat(identify(claims().claim("roles", roles))).isEqualTo(alice(false));
    }
    assertThat(identify(claims().claim("roles", List.of("OPS")))).isEqualTo(alice(false));
    assertThat(identify(claims().claim("role", List.of("ops")))).isEqualTo(alice(false));
  }

  @Test
  void refusesATokenThatNobodySigned() {
    isRefused(new PlainJWT(claims().build()).serialize());
  }

  @Test
  void refusesATokenOfAnotherKey() throws JOSEException {
    isRefused(signed(claims().build(), JWSAlgorithm.HS256, SECRET + "!"));
  }

  @Test
  void refusesATokenOfAnotherAlgorithmWithTheSameKey() throws JOSEException {
    String long64 = SECRET.repeat(2);
    Tokens others =
        new Tokens(
            Keyring.ofSecret(long64), Duration.ofSeconds(10), 16, Clock.fixed(NOW, ZoneOffset.UTC));

    for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
      String token = signed(claims().build(), algorithm, long64);
      assertThat(others.identify("Bearer " + token).toCompletableFuture().join())
          .isInstanceOf(Identity.Refused.class);
    }
  }

  @Test
  void refusesATokenThatWasChanged() throws JOSEException {
    String[] parts = signed(claims().build()).split("\\.", -1);
    String forged = claims().subject("mallory").build().toPayload().toBase64URL().toString();

    isRefused(parts[0] + "." + forged + "." + parts[2]);
    isRefused(parts[0] + "." + parts[1] + ".");
    isRefused(parts[0] + "." + parts[1]);
  }

  @Test
  void refusesATokenThatDemandsWhatIsNotKnownHere() throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256)
                .criticalParams(Set.of("tenant"))
                .customParam("tenant", "x")
                .build(),
            claims().build());
    jwt.sign(new MACSigner(SECRET));

    isRefused(jwt.serialize());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "...", "a.b.c", "e30.e30.e30", "\u0000", "eyJhbGciOiJIUzI1NiJ9"})
  void refusesWhatIsNoToken(String token) {
    isRefused(token);
  }

  @Test
  void refusesATokenThatIsTooLongUnread() throws JOSEException {
    Identity identity = identify(claims().claim("padding", "x".repeat(4096)));

    assertThat(identity).isEqualTo(new Identity.Refused("longer than 4096 characters"));
  }

  /** What is remembered of a token must not outlive it, nor the key that signed it. */
  @Test
  void aRememberedTokenEndsInItsTimeAndWithItsKeys() throws JOSEException {
    Instant[] now = {NOW};
    Object[] keys = {"first"};
    Keyring mac = Keyring.ofSecret(SECRET);
    List<JWSHeader> asked = new ArrayList<>();
    Keyring counting =
        new Keyring() {
          @Override
          public CompletionStage<List<JWSVerifier>> candidates(JWSHeader header) {
            asked.add(header);
            return mac.candidates(header);
          }

          @Override
          public Object keys() {
            return keys[0];
          }
        };
    Clock clock =
        new Clock() {
          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now[0];
          }
        };
    Tokens remembering = new Tokens(counting, Duration.ofSeconds(10), 1, clock);
    String token = "Bearer " + signed(claims().build());

    assertThat(remembering.identify(token).toCompletableFuture().join()).isEqualTo(alice(false));
    assertThat(remembering.identify(token).toCompletableFuture().join()).isEqualTo(alice(false));
    assertThat(asked).hasSize(1);

    keys[0] = "second";
    assertThat(remembering.identify(token).toCompletableFuture().join()).isEqualTo(alice(false));
    assertThat(asked).hasSize(2);

    now[0] = NOW.plusSeconds(69);
    assertThat(remembering.identify(token).toCompletableFuture().join()).isEqualTo(alice(false));
    assertThat(asked).hasSize(3);

    now[0] = NOW.plusSeconds(70);
    assertThat(remembering.identify(token).toCompletableFuture().join())
        .isInstanceOf(Identity.Refused.class);
  }

  /** One place for all: whoever comes takes it, and is never taken for the one before. */
  @Test
  void aFullCacheForgetsAndNeverMistakes() throws JOSEException {
    Tokens one =
        new Tokens(
            Keyring.ofSecret(SECRET), Duration.ofSeconds(10), 1, Clock.fixed(NOW, ZoneOffset.UTC));
    String alice = "Bearer " + signed(claims().build());
    String bob = "Bearer " + signed(claims().subject("bob").build());

    for (int i = 0; i < 3; i++) {
      assertThat(one.identify(alice).toCompletableFuture().join()).isEqualTo(alice(false));
      assertThat(one.identify(bob).toCompletableFuture().join())
          .isEqualTo(new Identity.Caller(new UserId("bob"), false));
    }
  }
}
