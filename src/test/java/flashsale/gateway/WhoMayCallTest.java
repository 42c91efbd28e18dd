package flashsale.gateway;

import static flashsale.gateway.FakeInventory.always;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import flashsale.v1.ListOrdersReply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens on their way through the whole gateway. */
class WhoMayCallTest {
  private final JWTClaimsSet alice =
      new JWTClaimsSet.Builder()
          .subject("alice")
          .claim("roles", List.of("ops"))
          .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
          .build();

  @Test
  void asksForATokenAndSaysWhatIsWrongWithABadOne() {
    try (RunningGateway gateway = RunningGateway.start(new FakeInventory())) {
      Reply none = gateway.send("GET", "/v1/orders", "").isProblem(401, "unauthorized");
      assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer");

      Reply bad = gateway.send("GET", "/v1/orders", "rubbish").isProblem(401, "unauthorized");
      assertThat(bad.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }
  }

  @Test
  void followsTheConfiguredKeySetFromAFile(@TempDir Path dir) throws Exception {
    SigningKey key = SigningKey.ed25519("one");
    SigningKey next = SigningKey.rsa("two", 2048);
    Path jwks = Files.writeString(dir.resolve("jwks.json"), SigningKey.set(key));
    FakeInventory inventory = new FakeInventory();
    inventory.listOrders = always(ListOrdersReply.getDefaultInstance());
    String settings =
        "flashsale.auth { method = JWKS, jwks = \"%s\" }\nflashsale.environment = production"
            .formatted(jwks);

    try (RunningGateway gateway = RunningGateway.start(settings, system -> inventory)) {
      Reply empty = gateway.send("GET", "/v1/orders", key.sign(alice));
      assertThat(empty.status()).isEqualTo(200);
      assertThat(empty.body()).isEqualTo(Reply.json("{\"orders\":[]}"));
      gateway.send("GET", "/v1/orders", RunningGateway.SHOPPER).isProblem(401, "unauthorized");

      Files.writeString(jwks, SigningKey.set(key, next));

      assertThat(gateway.send("GET", "/v1/orders", next.sign(alice)).status()).isEqualTo(200);
    }
  }
}
