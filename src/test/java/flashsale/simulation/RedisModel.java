package flashsale.simulation;

import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.stock.AdoptReply;
import flashsale.stock.ClaimCall;
import flashsale.stock.ClaimReply;
import flashsale.stock.ClaimReply.Verdict;
import flashsale.stock.FlipReply;
import flashsale.stock.RedisBook;
import flashsale.stock.Stock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The claim, adopt, load and flip scripts in Java, for one activity. Every call takes place at
 * once.
 *
 * <p>It can be wiped, thrown back to an earlier state, and edited by hand.
 */
public final class RedisModel implements Stock {
  /** Everything Redis holds. */
  private record State(@Nullable Book book, Map<Long, Set<String>> loading) {}

  /** The live book; {@code last} is the call that used {@code seq}. */
  private record Book(
      long epoch,
      long seq,
      long left,
      Set<String> buyers,
      @Nullable ClaimCall last,
      @Nullable List<Verdict> reply) {
    Book(long epoch, long left, Set<String> buyers) {
      this(epoch, 0, left, buyers, null, null);
    }
  }

  private @Nullable Book book;
  private final Map<Long, Set<String>> loading = new HashMap<>();
  private long damages;

  @Override
  public CompletionStage<ClaimReply> claim(ClaimCall call) {
    return CompletableFuture.completedFuture(decide(call));
  }

  /** As the scripts say it; {@code RedisModelIT} holds this model against them. */
  private ClaimReply decide(ClaimCall call) {
    Book stored = book;
    if (stored == null) {
      return new ClaimReply.Lost();
    }
    if (stored.epoch != call.epoch()) {
      return new ClaimReply.Fenced(stored.epoch);
    }
    if (stored.seq == call.seq()) {
      return call.equals(stored.last) && stored.reply != null
          ? new ClaimReply.Decided(stored.reply)
          : new ClaimReply.Corrupt("the seq was used with other arguments");
    }
    if (stored.seq != call.seq() - 1) {
      return new ClaimReply.Rewound(stored.seq);
    }
    if (stored.buyers.size() != call.sold()) {
      return new ClaimReply.Corrupt(
          stored.buyers.size() + " buyers (expected: " + call.sold() + ")");
    }
    if (stored.left < 0) {
      return new ClaimReply.Corrupt("left is no number");
    }
    if (stored.left != call.stock() - call.sold()) {
      return new ClaimReply.Corrupt(
          stored.left + " left (expected: " + (call.stock() - call.sold()) + ")");
    }
    Set<String> buyers = new HashSet<>(stored.buyers);
    List<Verdict> verdicts = new ArrayList<>();
    long left = stored.left;
    for (ClaimCall.Ask ask : call.asks()) {
      if (buyers.contains(ask.user().value())) {
        verdicts.add(Verdict.DUPLICATE);
      } else if (!ask.wants()) {
        verdicts.add(Verdict.NOT_A_BUYER);
      } else if (left == 0) {
        verdicts.add(Verdict.NONE_LEFT);
      } else {
        verdicts.add(Verdict.NOMINATED);
        buyers.add(ask.user().value());
        left--;
      }
    }
    if (left != stored.left) {
      book = new Book(stored.epoch, call.seq(), left, buyers, call, verdicts);
    }
    return new ClaimReply.Decided(verdicts);
  }

  @Override
  public CompletionStage<AdoptReply> adopt(
      ActivityId activity,
      long previousEpoch,
      long previousSeq,
      long previousStock,
      long epoch,
      long sold,
      long stock) {
    return CompletableFuture.completedFuture(
        adopt(previousEpoch, previousSeq, previousStock - sold, epoch, sold, stock - sold));
  }

  private AdoptReply adopt(
      long previousEpoch, long previousSeq, long previousLeft, long epoch, long sold, long left) {
    Book stored = book;
    if (stored == null) {
      return differs("state", "none", "hash");
    }
    if (stored.left < 0) {
      return differs("left", "no number", "one");
    }
    if (stored.buyers.size() != sold) {
      return differs("buyers", stored.buyers.size(), sold);
    }
    if (stored.epoch == epoch && stored.seq == 0 && stored.left == left) {
      return new AdoptReply.Adopted();
    }
    if (stored.epoch != previousEpoch) {
      return differs("epoch", stored.epoch, previousEpoch);
    }
    if (stored.seq != previousSeq) {
      return differs("seq", stored.seq, previousSeq);
    }
    if (stored.left != previousLeft) {
      return differs("left", stored.left, previousLeft);
    }
    book = new Book(epoch, left, stored.buyers);
    return new AdoptReply.Adopted();
  }

  private static AdoptReply differs(String what, Object found, Object expected) {
    return new AdoptReply.Differs(what + ": " + found + " (expected: " + expected + ")");
  }

  @Override
  public CompletionStage<Void> beginLoad(ActivityId activity, long epoch) {
    loading.remove(epoch);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> load(ActivityId activity, long epoch, List<UserId> buyers) {
    buyers.forEach(buyer -> addLoaded(epoch, buyer.value()));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> loadPlaceholders(
      ActivityId activity, long epoch, List<Long> sequences) {
    sequences.forEach(sequence -> addLoaded(epoch, "#" + sequence));
    return CompletableFuture.completedFuture(null);
  }

  private void addLoaded(long epoch, String member) {
    loading.computeIfAbsent(epoch, e -> new HashSet<>()).add(member);
  }

  @Override
  public CompletionStage<FlipReply> flip(
      ActivityId activity, long epoch, long sold, long stock, OptionalLong garbage) {
    return CompletableFuture.completedFuture(flip(epoch, sold, stock, garbage));
  }

  private FlipReply flip(long epoch, long sold, long stock, OptionalLong garbage) {
    if (book != null && book.epoch == epoch) {
      boolean same = book.seq == 0 && book.left == stock - sold && book.buyers.size() == sold;
      return same ? new FlipReply.Flipped() : new FlipReply.Fenced(epoch);
    }
    if (book != null && book.epoch > epoch && garbage.orElse(0) != book.epoch) {
      return new FlipReply.Fenced(book.epoch);
    }
    Set<String> loaded = loading.getOrDefault(epoch, Set.of());
    if (loaded.size() != sold) {
      return new FlipReply.Miscounted(loaded.size());
    }
    loading.remove(epoch);
    book = new Book(epoch, stock - sold, Set.copyOf(loaded));
    return new FlipReply.Flipped();
  }

  @Override
  public CompletionStage<Optional<RedisBook>> read(ActivityId activity) {
    return CompletableFuture.completedFuture(Optional.ofNullable(now()));
  }

  /** The book as it is now; null when there is none, or nonsense instead of one. */
  public @Nullable RedisBook now() {
    Book b = book;
    return b == null || b.left < 0 ? null : new RedisBook(b.epoch, b.seq, b.left, b.buyers.size());
  }

  /** The members of the live set. */
  public Set<String> buyers() {
    return book == null ? Set.of() : Collections.unmodifiableSet(book.buyers);
  }

  /** The sets that are being loaded, by their epoch; an empty one is none. */
  public Map<Long, Set<String>> loaded() {
    Map<Long, Set<String>> sets = new HashMap<>();
    loading.forEach((epoch, members) -> {
      if (!members.isEmpty()) {
        sets.put(epoch, Set.copyOf(members));
      }
    });
    return sets;
  }

  /** How often anything but a call changed it. */
  public long damages() {
    return damages;
  }

  // What happens to a Redis.

  public void wipe() {
    damages++;
    book = null;
    loading.clear();
  }

  /** Remembers the state, as a replica does; running the result brings it back. */
  public Runnable snapshot() {
    Map<Long, Set<String>> sets = new HashMap<>();
    loading.forEach((epoch, buyers) -> sets.put(epoch, Set.copyOf(buyers)));
    State then = new State(book, sets);
    return () -> {
      damages++;
      book = then.book;
      loading.clear();
      then.loading.forEach((epoch, buyers) -> loading.put(epoch, new HashSet<>(buyers)));
    };
  }

  /** How many units {@link #setEpoch} leaves. */
  public static final long NOBODYS_LEFT = 1_000_000;

  /** Puts a book of another epoch there, with counts that are nobody's. */
  public void setEpoch(long epoch) {
    damages++;
    book = new Book(epoch, NOBODYS_LEFT, Set.of());
  }

  public void setSeq(long seq) {
    damages++;
    if (book != null) {
      Book b = book;
      book = new Book(b.epoch, seq, b.left, b.buyers, b.last, b.reply);
    }
  }

  /** Adds to the units left. */
  public void addLeft(long units) {
    damages++;
    if (book != null) {
      Book b = book;
      book = new Book(b.epoch, b.seq, b.left + units, b.buyers, b.last, b.reply);
    }
  }

  /** Makes somebody a buyer who bought nothing. */
  public void addBuyer(UserId user) {
    damages++;
    if (book != null) {
      Book b = book;
      Set<String> buyers = new HashSet<>(b.buyers);
      buyers.add(user.value());
      book = new Book(b.epoch, b.seq, b.left, buyers, b.last, b.reply);
    }
  }

  /** Makes somebody no buyer. */
  public void removeBuyer(UserId user) {
    damages++;
    if (book != null) {
      Book b = book;
      Set<String> buyers = new HashSet<>(b.buyers);
      buyers.remove(user.value());
      book = new Book(b.epoch, b.seq, b.left, buyers, b.last, b.reply);
    }
  }

  /** Forgets one member of a set that is being loaded. */
  public void loseOneLoaded(long epoch) {
    loading.getOrDefault(epoch, Set.of()).stream()
        .findFirst()
        .ifPresent(member -> loseLoaded(epoch, member));
  }

  public void loseLoaded(long epoch, String member) {
    damages++;
    loading.getOrDefault(epoch, new HashSet<>()).remove(member);
  }
}
