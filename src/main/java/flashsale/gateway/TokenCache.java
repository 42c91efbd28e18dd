package flashsale.gateway;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Tokens found good a moment ago, so that a shopper who asks again and again is not verified again
 * and again.
 *
 * <p>Every token has four places, by its hash; when all are taken, it takes one from who is there:
 * no list to keep, no lock, and a bound. Safe for any number of threads.
 */
final class TokenCache {
  private record Entry(
      String token, Object keys, long untilMillis, CompletionStage<Identity> identity) {
    boolean isGood(Object now, long nowMillis) {
      return nowMillis < untilMillis && keys.equals(now);
    }
  }

  private static final int PLACES = 4;

  private final AtomicReferenceArray<@Nullable Entry> entries;

  /** Whose place is taken next; it does not matter when two threads read the same. */
  private int turn;

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
    int first = place(token);
    for (int i = 0; i < PLACES; i++) {
      Entry entry = entries.get((first + i) % entries.length());
      if (entry != null && entry.token.equals(token)) {
        return entry.isGood(keys, nowMillis) ? entry.identity : null;
      }
    }
    return null;
  }

  void put(String token, Object keys, long nowMillis, long untilMillis, Identity identity) {
    int first = place(token);
    int taken = (first + (turn++ & (PLACES - 1))) % entries.length();
    for (int i = 0; i < PLACES; i++) {
      int place = (first + i) % entries.length();
      Entry entry = entries.get(place);
      if (entry == null || entry.token.equals(token) || !entry.isGood(keys, nowMillis)) {
        taken = place;
        break;
      }
    }
    entries.set(
        taken, new Entry(token, keys, untilMillis, CompletableFuture.completedFuture(identity)));
  }

  private int place(String token) {
    return Math.floorMod(token.hashCode() * 0x9E3779B9, entries.length());
  }
}
