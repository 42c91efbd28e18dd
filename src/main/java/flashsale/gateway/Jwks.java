package flashsale.gateway;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import flashsale.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of a JWK set (RFC 7517), read at start and again when a token names a key that is
 * not among them, so that the issuer can change keys without a restart here.
 *
 * <p>Strangers can name any key, so reading again is rationed; a set that cannot be read leaves the
 * last good one in place. A set that has become too old is read again in passing: that is how a
 * withdrawn key goes. Safe for any number of threads.
 */
final class Jwks implements Keyring {
  private static final Logger LOG = LoggerFactory.getLogger(Jwks.class);

  /** Reading waits for disks and networks, which no dispatcher's thread may. */
  private static final Executor WAITING = task -> Thread.ofVirtual().name("jwks").start(task);

  private final JwksSource source;
  private final Duration refreshMin;
  private final Duration ageMax;

  private volatile KeySet keys;
  private volatile long readNanos = System.nanoTime();

  /** The reading under way or last done because of a token; guarded by this. */
  private @Nullable CompletableFuture<KeySet> refreshing;

  /** When {@link #refreshing} began; guarded by this. */
  private long refreshedNanos;

  private Jwks(JwksSource source, Duration refreshMin, Duration ageMax, KeySet keys) {
    this.source = source;
    this.refreshMin = refreshMin;
    this.ageMax = ageMax;
    this.keys = keys;
  }

  /** Fails when the set cannot be read or holds no key that could be used. */
  static CompletionStage<Jwks> open(Settings.Auth auth) {
    return open(JwksSource.at(auth.jwks()), auth.jwksRefreshMin(), auth.jwksAgeMax());
  }

  /**
   * @param refreshMin unknown keys make the set be read at most this often
   */
  static CompletionStage<Jwks> open(JwksSource source, Duration refreshMin, Duration ageMax) {
    return CompletableFuture.supplyAsync(() -> KeySet.parse(source.read()), WAITING)
        .thenApply(keys -> new Jwks(source, refreshMin, ageMax, keys));
  }

  @Override
  public CompletionStage<List<JWSVerifier>> candidates(JWSHeader header) {
    JWSAlgorithm algorithm = header.getAlgorithm();
    if (!KeySet.ALGORITHMS.contains(algorithm)) {
      return CompletableFuture.completedFuture(List.of());
    }
    String kid = header.getKeyID();
    List<JWSVerifier> known = keys.matching(algorithm, kid);
    if (known.isEmpty()) {
      return refresh().thenApply(fresh -> fresh.matching(algorithm, kid));
    }
    if (System.nanoTime() - readNanos > ageMax.toNanos()) {
      refresh();
    }
    return CompletableFuture.completedFuture(known);
  }

  @Override
  public Object keys() {
    return keys;
  }

  private synchronized CompletionStage<KeySet> refresh() {
    if (refreshing != null) {
      if (!refreshing.isDone()) {
        return refreshing;
      }
      if (System.nanoTime() - refreshedNanos < refreshMin.toNanos()) {
        return CompletableFuture.completedFuture(keys);
      }
    }
    refreshedNanos = System.nanoTime();
    refreshing = CompletableFuture.supplyAsync(this::readAgain, WAITING);
    return refreshing;
  }

  private KeySet readAgain() {
    try {
      keys = KeySet.parse(source.read());
      readNanos = System.nanoTime();
      LOG.atInfo().addKeyValue("keys", keys.size()).log("JWK set read again");
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("fault", e.getMessage()).log("JWK set not readable; old one kept");
    }
    return keys;
  }
}
