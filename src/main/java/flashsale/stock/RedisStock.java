package flashsale.stock;

import flashsale.config.Settings;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.stock.ClaimReply.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * {@link Stock} on Redis 6.2 or later, or Valkey: Lua scripts, one for each step, over one shared
 * connection.
 *
 * <p>What a caller may rely on:
 *
 * <ul>
 *   <li>Each step happens wholly or not at all, and every reply but {@code Decided} with somebody
 *       nominated, and the first {@code Flipped} or {@code Adopted}, means that nothing was
 *       written.
 *   <li>The same call again gets the same reply and changes nothing, as long as no other call of
 *       its activity came between: with a time-out, send the same object again.
 *   <li>A stage completes within one command time-out, also while Redis is down, hangs, or was
 *       never up; once a few calls in a row had no answer, at once. It then works again by itself.
 *   <li>Whatever somebody did to the keys by hand is {@code Corrupt} or {@code Lost} to a claim,
 *       and repaired by the next flip.
 * </ul>
 *
 * <p>{@code Fenced} may also name a <em>lower</em> epoch: a stale replica from before the caller's
 * flip took over.
 *
 * <p>Keys, all in one hash slot: {@code PREFIX{activity}:state} (epoch, seq, left, digest, reply),
 * {@code PREFIX{activity}:buyers}, and while an epoch is opened {@code PREFIX{activity}:buyers:E}.
 *
 * <p>Safe for use by many threads. Stages complete on a thread that all share: don't block there.
 */
public final class RedisStock implements Stock, AutoCloseable {
  /** A set that was loaded and never flipped is forgotten after this time. */
  private static final Duration LOADED_KEPT = Duration.ofHours(1);

  /** Begins a member that is no shopper: the character is none of a {@link UserId}'s. */
  private static final String NO_SHOPPER = "#";

  private final RedisLink link;
  private final String keyPrefix;

  private RedisStock(RedisLink link, String keyPrefix) {
    this.link = link;
    this.keyPrefix = keyPrefix;
  }

  /** Returns at once, also when Redis is down: then calls fail until it is up. */
  public static RedisStock connect(Settings.Redis settings, ActorSystem<?> system) {
    return new RedisStock(RedisLink.open(settings, system), settings.keyPrefix());
  }

  /** Completes when Redis answers; fails when it does not. */
  public CompletionStage<Void> reach() {
    return link.ping();
  }

  @Override
  public CompletionStage<ClaimReply> claim(ClaimCall call) {
    Stream<String> numbers =
        Stream.of(call.epoch(), call.seq(), call.sold(), call.stock()).map(String::valueOf);
    Stream<String> shoppers =
        call.asks().stream().map(ask -> (ask.wants() ? "+" : "?") + ask.user());
    return link.run(
            Script.CLAIM,
            new String[] {state(call.activity()), buyers(call.activity())},
            Stream.concat(numbers, shoppers).toArray(String[]::new))
        .thenApply(RedisStock::claimReply);
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
    if (epoch <= previousEpoch) {
      throw new IllegalArgumentException(
          "epoch: " + epoch + " (expected: above the previous one, " + previousEpoch + ")");
    }
    requireWithinStock(sold, stock);
    return link.run(
            Script.ADOPT,
            new String[] {state(activity), buyers(activity)},
            Long.toString(previousEpoch),
            Long.toString(previousSeq),
            Long.toString(previousStock - sold),
            Long.toString(epoch),
            Long.toString(sold),
            Long.toString(stock - sold))
        .thenApply(RedisStock::adoptReply);
  }

  @Override
  public CompletionStage<Void> beginLoad(ActivityId activity, long epoch) {
    return link.delete(loaded(activity, epoch));
  }

  /** One command, hence a few thousand buyers at a time. */
  @Override
  public CompletionStage<Void> load(ActivityId activity, long epoch, List<UserId> buyers) {
    return loadMembers(activity, epoch, buyers.stream().map(UserId::value).toList());
  }

  @Override
  public CompletionStage<Void> loadPlaceholders(
      ActivityId activity, long epoch, List<Long> sequences) {
    return loadMembers(
        activity, epoch, sequences.stream().map(sequence -> NO_SHOPPER + sequence).toList());
  }

  private CompletionStage<Void> loadMembers(ActivityId activity, long epoch, List<String> members) {
    if (members.isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    String seconds = Long.toString(LOADED_KEPT.toSeconds());
    return link.run(
            Script.LOAD,
            new String[] {loaded(activity, epoch)},
            Stream.concat(Stream.of(seconds), members.stream()).toArray(String[]::new))
        .thenAccept(reply -> {});
  }

  @Override
  public CompletionStage<FlipReply> flip(
      ActivityId activity, long epoch, long sold, long stock, OptionalLong garbage) {
    requireWithinStock(sold, stock);
    return link.run(
            Script.FLIP,
            new String[] {state(activity), buyers(activity), loaded(activity, epoch)},
            Long.toString(epoch),
            Long.toString(sold),
            Long.toString(stock - sold),
            garbage.isPresent() ? Long.toString(garbage.getAsLong()) : "")
        .thenApply(RedisStock::flipReply);
  }

  /** Empty also when there is nonsense instead of a book. */
  @Override
  public CompletionStage<Optional<RedisBook>> read(ActivityId activity) {
    return link.run(Script.READ, new String[] {state(activity), buyers(activity)})
        .thenApply(RedisStock::book);
  }

  @Override
  public void close() {
    link.close();
  }

  private static void requireWithinStock(long sold, long stock) {
    if (sold < 0 || sold > stock) {
      throw new IllegalArgumentException(
          "sold: " + sold + " (expected: 0 to the stock, " + stock + ")");
    }
  }

  private String state(ActivityId activity) {
    return keyPrefix + "{" + activity + "}:state";
  }

  private String buyers(ActivityId activity) {
    return keyPrefix + "{" + activity + "}:buyers";
  }

  private String loaded(ActivityId activity, long epoch) {
    return buyers(activity) + ":" + epoch;
  }

  private static ClaimReply claimReply(List<String> reply) {
    return switch (reply.get(0)) {
      case "DECIDED" ->
          new ClaimReply.Decided(reply.get(1).chars().mapToObj(RedisStock::verdict).toList());
      case "LOST" -> new ClaimReply.Lost();
      case "FENCED" -> new ClaimReply.Fenced(Long.parseLong(reply.get(1)));
      case "REWOUND" -> new ClaimReply.Rewound(Long.parseLong(reply.get(1)));
      case "CORRUPT" -> new ClaimReply.Corrupt(reply.get(1));
      default -> throw unknown("claim.lua", reply);
    };
  }

  private static Verdict verdict(int letter) {
    return switch (letter) {
      case 'N' -> Verdict.NOMINATED;
      case 'D' -> Verdict.DUPLICATE;
      case 'S' -> Verdict.NONE_LEFT;
      case 'U' -> Verdict.NOT_A_BUYER;
      default -> throw unknown("claim.lua", List.of(Character.toString(letter)));
    };
  }

  private static AdoptReply adoptReply(List<String> reply) {
    return switch (reply.get(0)) {
      case "ADOPTED" -> new AdoptReply.Adopted();
      case "DIFFERS" -> new AdoptReply.Differs(reply.get(1));
      default -> throw unknown("adopt.lua", reply);
    };
  }

  private static FlipReply flipReply(List<String> reply) {
    return switch (reply.get(0)) {
      case "FLIPPED" -> new FlipReply.Flipped();
      case "FENCED" -> new FlipReply.Fenced(Long.parseLong(reply.get(1)));
      case "MISCOUNTED" -> new FlipReply.Miscounted(Long.parseLong(reply.get(1)));
      default -> throw unknown("flip.lua", reply);
    };
  }

  private static Optional<RedisBook> book(List<String> reply) {
    if (reply.isEmpty()) {
      return Optional.empty();
    }
    long[] numbers = reply.stream().mapToLong(Long::parseLong).toArray();
    return Optional.of(new RedisBook(numbers[0], numbers[1], numbers[2], numbers[3]));
  }

  private static IllegalStateException unknown(String script, List<String> reply) {
    return new IllegalStateException(script + ": " + reply + " (expected: a reply it documents)");
  }
}
