package flashsale.gateway;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Tokens found good a moment ago, so that a shopper who asks again and again is not verified again
 * and again.
 *
 * <p>Every token has one place, by its hash, and takes it from whoever was there: no list to keep,
 * no lock, and a bound. Safe for any number of threads.
 */
final class TokenCache {
  private record Entry(
      String token, Object keys, long untilMillis, CompletionStage<Identity> identity) {}

  private final AtomicReferenceArray<@Nullable Entry> entries;

  /**
   * @param entriesMax tokens kept at most, less than a kilobyte each
   */
  TokenCache(int entriesMax) {
    entries = new AtomicReferenceArray<>(entriesMax);
  }

  /**
   * Null: it has to be verified.
   *
   * @param keys the keys of now; what others verified does not count
   */
  @Nullable CompletionStage<Identity> get(String token, Object keys, long nowMillis) {
    Entry entry = entries.get(place(token));
    return entry != null
            && entry.keys.equals(keys)
            && nowMillis < entry.untilMillis
            && entry.token.equals(token)
        ? entry.identity
        : null;
  }

  void put(String token, Object keys, long untilMillis, Identity identity) {
    entries.set(
        place(token),
        new Entry(token, keys, untilMillis, CompletableFuture.completedFuture(identity)));
  }

  private int place(String token) {
    return Math.floorMod(token.hashCode() * 0x9E3779B9, entries.length());
  }
}
