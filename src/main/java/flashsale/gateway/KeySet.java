package flashsale.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The usable keys of one JWK set: RSA of 2048 bits or more for RS256, Ed25519 for EdDSA. */
record KeySet(List<Entry> entries) {
  /** {@code Ed25519} is the newer name of what {@code EdDSA} means here (RFC 9864). */
  static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  private static final int RSA_BITS_MIN = 2048;

  /** One key; {@code kid} is null when the set gives it no name. */
  record Entry(@Nullable String kid, JWSVerifier verifier, boolean rsa) {}

  KeySet {
    entries = List.copyOf(entries);
  }

  int size() {
    return entries.size();
  }

  /** Keys for this algorithm: the one of this name, or all when the token names none. */
  List<JWSVerifier> matching(JWSAlgorithm algorithm, @Nullable String kid) {
    boolean rsa = algorithm.equals(JWSAlgorithm.RS256);
    return entries.stream()
        .filter(entry -> entry.rsa() == rsa && (kid == null || kid.equals(entry.kid())))
        .map(Entry::verifier)
        .toList();
  }

  /** Skips keys of other kinds; throws when none is left. */
  static KeySet parse(String json) {
    List<Entry> entries = new ArrayList<>();
    try {
      for (JWK jwk : JWKSet.parse(json).getKeys()) {
        boolean forSignatures = jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse());
        if (forSignatures) {
          entry(jwk).ifPresent(entries::add);
        }
      }
    } catch (ParseException e) {
      throw new IllegalArgumentException("auth.jwks: no JWK set (expected: RFC 7517)", e);
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          "auth.jwks: no usable key (expected: RSA of 2048 bits or more, or Ed25519)");
    }
    return new KeySet(entries);
  }

  private static Optional<Entry> entry(JWK jwk) {
    try {
      return switch (jwk) {
        case RSAKey rsa when rsa.size() >= RSA_BITS_MIN && suits(jwk, Set.of("RS256")) ->
            Optional.of(new Entry(jwk.getKeyID(), new RSASSAVerifier(rsa.toRSAPublicKey()), true));
        case OctetKeyPair pair when suits(jwk, Set.of("EdDSA", "Ed25519")) ->
            Optional.of(new Entry(jwk.getKeyID(), Ed25519Verifier.of(pair), false));
        default -> Optional.empty();
      };
    } catch (JOSEException | GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  /** A key that names its algorithm is for that one only. */
  private static boolean suits(JWK jwk, Set<String> algorithms) {
    return jwk.getAlgorithm() == null || algorithms.contains(jwk.getAlgorithm().getName());
  }
}
