package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import flashsale.fuzz.Mutation;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever is sent as a token: the answer is a value, and somebody is let in only by a signature
 * that the JDK's own HMAC finds right too.
 */
class TokensFuzzTest {
  private static final byte[] SECRET =
      "a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8);
  private static final Instant NOW = Instant.parse("2026-09-21T14:13:20Z");
  private static final String HEADER = "{\"alg\":\"HS256\"}";
  private static final String CLAIMS =
      "{\"sub\":\"alice\",\"exp\":1790000060,\"nbf\":1780000000,\"roles\":[\"shopper\",\"ops\"]}";

  private static final Tokens TOKENS =
      new Tokens(
          Keyring.ofSecret(new String(SECRET, StandardCharsets.UTF_8)),
          Duration.ofSeconds(10),
          16,
          Clock.fixed(NOW, ZoneOffset.UTC));

  /** A class of its own: another thread calls it while this one is being initialized. */
  private record FixedSet(String read) implements JwksSource {}

  private static final Jwks JWKS = jwks();

  private static Jwks jwks() {
    try {
      String set = SigningKey.set(SigningKey.rsa("rsa", 2048), SigningKey.ed25519("ed"));
      return Jwks.open(new FixedSet(set), Duration.ofDays(1), Duration.ofDays(1))
          .toCompletableFuture()
          .join();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final Tokens BY_PUBLIC_KEY =
      new Tokens(JWKS, Duration.ofSeconds(10), 16, Clock.fixed(NOW, ZoneOffset.UTC));

  private static Identity identify(Tokens tokens, String authorization) {
    return tokens.identify(authorization).toCompletableFuture().join();
  }

  /** Both ways of checking say that it is nobody; unless it is well signed after all. */
  private static void letsInNobodyUnsigned(String token) {
    assertThat(identify(BY_PUBLIC_KEY, "Bearer " + token)).isInstanceOf(Identity.Refused.class);
    if (identify(TOKENS, "Bearer " + token) instanceof Identity.Caller) {
      assertThat(isSigned(token)).as(token).isTrue();
    }
  }

  private static boolean isSigned(String token) {
    String[] parts = token.trim().split("\\.", -1);
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    String header = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
    return header.contains("HS256")
        && MessageDigest.isEqual(hmac(signed), Base64.getUrlDecoder().decode(parts[2]));
  }

  private static byte[] hmac(byte[] signed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
      return mac.doFinal(signed);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A token of this header and payload, whatever they are, well signed. */
  private static String signed(byte[] header, byte[] payload) {
    String signed = base64(header) + "." + base64(payload);
    return signed + "." + base64(hmac(bytes(signed)));
  }

  @Property(tries = 1000)
  void anyCharacters(@ForAll String token) {
    letsInNobodyUnsigned(token);
    assertThat(identify(TOKENS, token)).isNotInstanceOf(Identity.Caller.class);
  }

  @Property(tries = 3000)
  void goodTokensMadeWorse(@ForAll("harms") List<Mutation> harms) {
    byte[] good = bytes(signed(bytes(HEADER), bytes(CLAIMS)));

    letsInNobodyUnsigned(new String(Mutation.apply(harms, good), StandardCharsets.ISO_8859_1));
  }

  /** The three parts are well encoded; what is in them is not what was signed. */
  @Property(tries = 3000)
  void partsMadeWorse(@ForAll("harms") List<Mutation> harms, @ForAll("parts") int part) {
    String[] parts = signed(bytes(HEADER), bytes(CLAIMS)).split("\\.", -1);
    parts[part] = base64(Mutation.apply(harms, Base64.getUrlDecoder().decode(parts[part])));

    letsInNobodyUnsigned(String.join(".", parts));
  }

  /** Signed by the right key, and still nonsense: an issuer that went wrong. */
  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void wellSignedNonsense(@ForAll("headers") byte[] header, @ForAll("claims") byte[] claims) {
    String token = signed(header, claims);

    assertThat(identify(BY_PUBLIC_KEY, "Bearer " + token)).isInstanceOf(Identity.Refused.class);
    if (identify(TOKENS, "Bearer " + token) instanceof Identity.Caller) {
      assertThat(new String(claims, StandardCharsets.UTF_8)).contains("sub", "exp");
    }
  }

  /** The public key's text as the shared secret: RS256 turned into HS256. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void publicKeysAreNoSecrets(@ForAll("harms") List<Mutation> harms) throws JOSEException {
    byte[] header = Mutation.apply(harms, bytes("{\"alg\":\"HS256\",\"kid\":\"rsa\"}"));

    assertThat(identify(BY_PUBLIC_KEY, "Bearer " + signed(header, bytes(CLAIMS))))
        .isInstanceOf(Identity.Refused.class);
  }

  @Provide
  Arbitrary<List<Mutation>> harms() {
    return Mutation.some();
  }

  @Provide
  Arbitrary<Integer> parts() {
    return Arbitraries.integers().between(0, 2);
  }

  @Provide
  Arbitrary<byte[]> headers() {
    Arbitrary<byte[]> odd =
        Arbitraries.of(
                HEADER,
                "{\"alg\":\"none\"}",
                "{\"alg\":null}",
                "{\"alg\":[\"HS256\"]}",
                "{\"alg\":\"HS256\",\"alg\":\"none\"}",
                "{\"alg\":\"HS256\",\"kid\":7}",
                "{\"alg\":\"HS256\",\"crit\":[]}",
                "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}",
                "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
                "{\"alg\":\"HS256\",\"x5c\":[\"!\"],\"jku\":\"http://127.0.0.1:1/\"}",
                "{\"alg\":\"HS256\",\"enc\":\"A128GCM\"}",
                "{\"alg\":\"RS256\",\"kid\":\"rsa\"}",
                "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}",
                "{\"alg\":\"ES256\"}",
                "{\"typ\":\"JWT\"}",
                "{\"alg\":\"HS256\",\"x\":" + "[".repeat(1500),
                "[]")
            .map(TokensFuzzTest::bytes);
    return Arbitraries.oneOf(odd, harmed(HEADER));
  }

  @Provide
  Arbitrary<byte[]> claims() {
    Arbitrary<byte[]> odd =
        Arbitraries.of(
                CLAIMS,
                "{\"sub\":\"alice\",\"exp\":1e400}",
                "{\"sub\":\"alice\",\"exp\":9223372036854775807}",
                "{\"sub\":\"alice\",\"exp\":-9223372036854775808}",
                "{\"sub\":\"alice\",\"exp\":99999999999999999999999999}",
                "{\"sub\":\"alice\",\"exp\":1790000060.5,\"nbf\":{}}",
                "{\"sub\":\"alice\",\"sub\":\"mallory\",\"exp\":1790000060}",
                "{\"sub\":\"alice\",\"exp\":1790000060,\"aud\":{\"a\":[1]},\"iss\":7}",
                "{\"sub\":\"alice\",\"exp\":1790000060,\"roles\":[[[\"ops\"]]]}",
                "{\"sub\":{\"sub\":\"alice\"},\"exp\":1790000060}",
                "{\"sub\":\"alice\",\"exp\":1790000060,\"x\":" + "[".repeat(1500),
                "{\"sub\":\"alice\",\"exp\":1790000060,\"x\":"
                    + "[".repeat(1200)
                    + "]".repeat(1200)
                    + "}",
                "{\"x\":" + "{\"x\":".repeat(400) + "1" + "}".repeat(401),
                "")
            .map(TokensFuzzTest::bytes);
    return Arbitraries.oneOf(
        odd, harmed(CLAIMS), Arbitraries.bytes().array(byte[].class).ofMaxSize(300));
  }

  private static Arbitrary<byte[]> harmed(String whole) {
    return Combinators.combine(Mutation.some(), Arbitraries.just(whole))
        .as((harms, text) -> Mutation.apply(harms, bytes(text)));
  }
}
