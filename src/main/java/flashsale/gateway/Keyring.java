package flashsale.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;

/**
 * The keys that may have signed a token.
 *
 * <p>The configuration alone says which algorithms count; a token's header only chooses among them.
 * Otherwise a token could be "signed" with a public key used as a shared secret.
 */
interface Keyring {

  /** None when the header's algorithm is not allowed or its key is not known. Never fails. */
  CompletionStage<List<JWSVerifier>> candidates(JWSHeader header);

  /** The same object for as long as no key was added or withdrawn. */
  Object keys();

  /** One shared secret of at least 32 bytes, HS256. */
  static Keyring ofSecret(String secret) {
    try {
      MACVerifier verifier = new MACVerifier(secret);
      // Or it would search the providers again for every token.
      verifier.getJCAContext().setProvider(Mac.getInstance("HmacSHA256").getProvider());
      List<JWSVerifier> mac = List.of(verifier);
      return new Keyring() {
        @Override
        public CompletionStage<List<JWSVerifier>> candidates(JWSHeader header) {
          return CompletableFuture.completedFuture(
              JWSAlgorithm.HS256.equals(header.getAlgorithm()) ? mac : List.of());
        }

        @Override
        public Object keys() {
          return mac;
        }
      };
    } catch (JOSEException e) {
      throw new IllegalArgumentException("auth.hs256-secret: too short (expected: 32 bytes)", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
