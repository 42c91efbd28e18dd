package flashsale.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;

/** An issuer's key pair with its public half as a JWK. */
record SigningKey(KeyPair pair, JWK jwk, JWSAlgorithm algorithm) {

  static SigningKey rsa(String kid, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    KeyPair pair = generator.generateKeyPair();
    RSAKey jwk = new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(kid).build();
    return new SigningKey(pair, jwk, JWSAlgorithm.RS256);
  }

  static SigningKey ed25519(String kid) throws GeneralSecurityException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    OctetKeyPair jwk =
        new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(raw)).keyID(kid).build();
    return new SigningKey(pair, jwk, JWSAlgorithm.EdDSA);
  }

  static String set(SigningKey... keys) {
    return new JWKSet(Arrays.stream(keys).map(SigningKey::jwk).toList()).toString();
  }

  /** A token that names this key. */
  String sign(JWTClaimsSet claims) throws JOSEException, GeneralSecurityException {
    return sign(claims, new JWSHeader.Builder(algorithm).keyID(jwk.getKeyID()).build());
  }

  String sign(JWTClaimsSet claims, JWSHeader header)
      throws JOSEException, GeneralSecurityException {
    if (algorithm.equals(JWSAlgorithm.RS256)) {
      SignedJWT jwt = new SignedJWT(header, claims);
      jwt.sign(new RSASSASigner(pair.getPrivate()));
      return jwt.serialize();
    }
    String signed =
        String.join(
            ".",
            List.of(header.toBase64URL().toString(), claims.toPayload().toBase64URL().toString()));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + Base64URL.encode(signature.sign());
  }
}
