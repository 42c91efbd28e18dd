package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import flashsale.model.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens signed with an issuer's private keys, checked by the public ones in its JWK set. */
class JwksTest {
  private final JWTClaimsSet alice =
      new JWTClaimsSet.Builder()
          .subject("alice")
          .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
          .build();

  @TempDir Path dir;

  private Path file(String set) throws IOException {
    return Files.writeString(dir.resolve("jwks.json"), set);
  }

  private static Tokens tokens(JwksSource source, Duration refreshMin) {
    Keyring keyring =
        Jwks.open(source, refreshMin, Duration.ofMinutes(10)).toCompletableFuture().join();
    return new Tokens(keyring, Duration.ZERO, 16, Clock.systemUTC());
  }

  private Tokens tokens(SigningKey... keys) throws IOException {
    return tokens(JwksSource.at(file(SigningKey.set(keys)).toString()), Duration.ZERO);
  }

  private static boolean accepts(Tokens tokens, String token) {
    Identity identity = tokens.identify("Bearer " + token).toCompletableFuture().join();
    if (identity instanceof Identity.Caller caller) {
      assertThat(caller.user()).isEqualTo(new UserId("alice"));
      return true;
    }
    assertThat(identity).isInstanceOf(Identity.Refused.class);
    return false;
  }

  @Test
  void acceptsRs256AndEdDsaByTheirKeys() throws Exception {
    SigningKey rsa = SigningKey.rsa("r", 2048);
    SigningKey ed = SigningKey.ed25519("e");
    Tokens tokens = tokens(rsa, ed);

    assertThat(accepts(tokens, rsa.sign(alice))).isTrue();
    assertThat(accepts(tokens, ed.sign(alice))).isTrue();
    assertThat(accepts(tokens, ed.sign(alice, new JWSHeader.Builder(JWSAlgorithm.Ed25519).build())))
        .isTrue();
  }

  @Test
  void triesEveryKeyForATokenThatNamesNone() throws Exception {
    SigningKey second = SigningKey.rsa("b", 2048);
    Tokens tokens = tokens(SigningKey.rsa("a", 2048), second);

    assertThat(accepts(tokens, second.sign(alice, new JWSHeader(JWSAlgorithm.RS256)))).isTrue();
  }

  @Test
  void refusesASignatureOfAnotherKeyUnderTheSameName() throws Exception {
    Tokens tokens = tokens(SigningKey.rsa("r", 2048), SigningKey.ed25519("e"));

    assertThat(accepts(tokens, SigningKey.rsa("r", 2048).sign(alice))).isFalse();
    assertThat(accepts(tokens, SigningKey.ed25519("e").sign(alice))).isFalse();
    assertThat(accepts(tokens, SigningKey.ed25519("r").sign(alice))).isFalse();
  }

  @Test
  void refusesTheLocalSecretThePublicKeyAsSecretAndNoSignature() throws Exception {
    SigningKey rsa = SigningKey.rsa("r", 2048);
    Tokens tokens = tokens(rsa);

    assertThat(accepts(tokens, RunningGateway.OPS)).isFalse();
    assertThat(accepts(tokens, new PlainJWT(alice).serialize())).isFalse();
    assertThat(accepts(tokens, hs256(rsa.pair().getPublic().getEncoded()))).isFalse();
    assertThat(
            accepts(
                tokens,
                hs256(rsa.jwk().toJSONString().getBytes(java.nio.charset.StandardCharsets.UTF_8))))
        .isFalse();
  }

  private String hs256(byte[] secret) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("r").build(), alice);
    jwt.sign(new MACSigner(secret));
    return jwt.serialize();
  }

  @Test
  void learnsANewKeyWhenATokenNamesIt() throws Exception {
    SigningKey old = SigningKey.rsa("old", 2048);
    SigningKey fresh = SigningKey.ed25519("fresh");
    Tokens tokens = tokens(old);
    assertThat(accepts(tokens, fresh.sign(alice))).isFalse();

    file(SigningKey.set(fresh));

    assertThat(accepts(tokens, fresh.sign(alice))).isTrue();
    assertThat(accepts(tokens, old.sign(alice))).isFalse();
  }

  @Test
  void keepsTheLastGoodSetWhenTheNewOneCannotBeRead() throws Exception {
    SigningKey key = SigningKey.ed25519("e");
    Tokens tokens = tokens(key);

    file("{\"keys\":");
    assertThat(accepts(tokens, SigningKey.ed25519("x").sign(alice))).isFalse();
    Files.delete(dir.resolve("jwks.json"));
    assertThat(accepts(tokens, SigningKey.ed25519("y").sign(alice))).isFalse();

    assertThat(accepts(tokens, key.sign(alice))).isTrue();
  }

  @Test
  void doesNotReadTheSetForEveryStranger() throws Exception {
    SigningKey key = SigningKey.ed25519("e");
    AtomicInteger reads = new AtomicInteger();
    Tokens tokens =
        tokens(
            () -> {
              reads.incrementAndGet();
              return SigningKey.set(key);
            },
            Duration.ofHours(1));

    for (int i = 0; i < 20; i++) {
      assertThat(accepts(tokens, SigningKey.ed25519("stranger-" + i).sign(alice))).isFalse();
    }

    assertThat(reads).hasValue(2);
  }

  @Test
  void leavesOutKeysThatAreNotForThis() throws Exception {
    SigningKey weak = SigningKey.rsa("weak", 1024);
    SigningKey good = SigningKey.ed25519("good");
    Tokens tokens = tokens(weak, good);

    SignedJWT jwt =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("weak").build(), alice);
    jwt.sign(new com.nimbusds.jose.crypto.RSASSASigner(weak.pair().getPrivate(), true));
    assertThat(accepts(tokens, jwt.serialize())).isFalse();
    assertThat(accepts(tokens, good.sign(alice))).isTrue();
  }

  @Test
  void opensNoSetThatIsMissingOrHoldsNoUsableKey() throws Exception {
    assertThatOpening(dir.resolve("none.json").toString()).hasMessageContaining("none.json");
    assertThatOpening(file("{}").toString()).hasMessageContaining("RFC 7517");
    assertThatOpening(file("{\"keys\":[]}").toString()).hasMessageContaining("no usable key");
    assertThatOpening(file(SigningKey.set(SigningKey.rsa("weak", 1024))).toString())
        .hasMessageContaining("no usable key");
    assertThatThrownBy(() -> JwksSource.at("http://127.0.0.1/jwks"))
        .hasMessageContaining("expected: a file path or an https URL");
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertThatOpening(
      String location) throws GeneralSecurityException {
    return assertThatThrownBy(() ->
            Jwks.open(JwksSource.at(location), Duration.ZERO, Duration.ofMinutes(10))
                .toCompletableFuture()
                .join())
        .isInstanceOf(CompletionException.class);
  }
}
