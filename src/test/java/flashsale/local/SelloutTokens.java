package flashsale.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import flashsale.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Signs tokens with the local run's public secret; valid for two hours. Not for many threads. */
final class SelloutTokens {
  private static final Duration VALID = Duration.ofHours(2);
  private static final JWSHeader HEADER = new JWSHeader(JWSAlgorithm.HS256);

  private final MACSigner signer;
  private final Date expires = Date.from(Instant.now().plus(VALID));

  SelloutTokens() {
    try {
      signer = new MACSigner(Settings.LOCAL_SECRET);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  String of(String user, String... roles) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .subject(user)
            .claim("roles", List.of(roles))
            .expirationTime(expires)
            .build();
    SignedJWT token = new SignedJWT(HEADER, claims);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }
}
