package flashsale.stock;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.model.UserId;
import flashsale.simulation.RedisModel;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * A {@link RedisModel} and a real Redis, to which the same happens. They begin with an open epoch
 * in which nothing is sold.
 */
final class Twins {

  /**
   * Something that happens to both. Its numbers are meant relative to the book as it is, so that
   * most of a random string, or of a part of one, does something.
   */
  sealed interface Command {}

  record Claim(long epoch, long seq, long sold, long stock, List<String> asks) implements Command {}

  /** A call of before, the {@code back}-th last, comes again. */
  record Repeat(int back) implements Command {}

  record BeginLoad(long epoch) implements Command {}

  record Load(long epoch, List<String> users, int placeholders) implements Command {}

  record Flip(long epoch, long sold, long left, Garbage garbage) implements Command {}

  enum Garbage {
    NONE,
    THE_STORED_EPOCH,
    ANOTHER
  }

  record Adopt(
      long previousEpoch, long previousSeq, long previousLeft, long ahead, long sold, long left)
      implements Command {}

  // What happens to a Redis.

  record Wipe() implements Command {}

  record SetEpoch(long epoch) implements Command {}

  record SetSeq(long seq) implements Command {}

  record AddLeft(long units) implements Command {}

  record AddBuyer(UserId user) implements Command {}

  record RemoveBuyer(UserId user) implements Command {}

  record LoseOneLoaded(long epoch) implements Command {}

  record KeepCopy() implements Command {}

  /** As a stale replica would. */
  record TakeCopyBack() implements Command {}

  /** All that the scripts can say. */
  static final List<String> REPLIES =
      List.of(
          "Decided",
          "Lost",
          "Fenced",
          "Rewound",
          "Corrupt",
          "Flipped",
          "Miscounted",
          "Adopted",
          "Differs");

  private static final long EPOCHS = 40;

  private final RedisModel model = new RedisModel();
  private final RedisStock real;
  private final RedisCommands<String, String> redis;
  private final List<Function<Stock, CompletionStage<?>>> calls = new ArrayList<>();
  private final List<String> replies = new ArrayList<>();
  private RedisBook book = new RedisBook(0, 0, 0, 0);
  private Runnable modelCopy = model.snapshot();
  private Runnable realCopy;

  Twins(Bench bench) {
    real = bench.stock;
    redis = bench.redis;
    realCopy = copyOfReal();
    run(new Flip(0, 0, 4, Garbage.NONE));
  }

  /** The names of all replies so far. */
  List<String> replies() {
    return replies;
  }

  void run(Command command) {
    switch (command) {
      case Claim claim -> call(claim(claim));
      case Repeat repeat when repeat.back < calls.size() ->
          compare(calls.get(calls.size() - 1 - repeat.back));
      case Repeat none -> {}
      case BeginLoad begin -> call(stock -> stock.beginLoad(Bench.SALE, epoch(begin.epoch)));
      case Load load -> load(load);
      case Flip flip -> call(flip(flip));
      case Adopt adopt -> call(adopt(adopt));
      case Wipe wipe -> {
        model.wipe();
        redis.flushall();
      }
      case SetEpoch set -> {
        model.setEpoch(epoch(set.epoch));
        redis.del(Bench.STATE, Bench.BUYERS);
        setState("epoch", epoch(set.epoch));
        setState("seq", 0);
        setState("left", RedisModel.NOBODYS_LEFT);
      }
      case LoseOneLoaded lose ->
          modelLoaded(epoch(lose.epoch)).stream()
              .findFirst()
              .ifPresent(member -> {
                model.loseLoaded(epoch(lose.epoch), member);
                redis.srem(loaded(epoch(lose.epoch)), member);
              });
      case KeepCopy keep -> {
        modelCopy = model.snapshot();
        realCopy = copyOfReal();
      }
      case TakeCopyBack take -> {
        modelCopy.run();
        realCopy.run();
      }
      case SetSeq set when isThere() -> {
        model.setSeq(set.seq);
        setState("seq", set.seq);
      }
      case AddLeft add when isThere() -> {
        model.addLeft(add.units);
        redis.hincrby(Bench.STATE, "left", add.units);
      }
      case AddBuyer add when isThere() -> {
        model.addBuyer(add.user);
        redis.sadd(Bench.BUYERS, add.user.value());
      }
      case RemoveBuyer remove when isThere() -> {
        model.removeBuyer(remove.user);
        redis.srem(Bench.BUYERS, remove.user.value());
      }
      case SetSeq none -> {}
      case AddLeft none -> {}
      case AddBuyer none -> {}
      case RemoveBuyer none -> {}
    }
    compareBooks(command);
  }

  private Function<Stock, CompletionStage<?>> claim(Claim claim) {
    long sold = Math.max(0, book.buyers() + claim.sold);
    ClaimCall call =
        Bench.call(
            Math.max(0, book.epoch() + claim.epoch),
            Math.max(0, book.seq() + 1 + claim.seq),
            sold,
            book.left() + book.buyers() + claim.stock,
            claim.asks.toArray(String[]::new));
    return stock -> stock.claim(call);
  }

  private void load(Load load) {
    long epoch = epoch(load.epoch);
    List<UserId> users = load.users.stream().map(UserId::new).toList();
    List<Long> sequences = LongStream.rangeClosed(1, load.placeholders).boxed().toList();
    call(stock -> stock.load(Bench.SALE, epoch, users));
    call(stock -> stock.loadPlaceholders(Bench.SALE, epoch, sequences));
  }

  private Function<Stock, CompletionStage<?>> flip(Flip flip) {
    long epoch = epoch(flip.epoch);
    long sold = Math.max(0, modelLoaded(epoch).size() + flip.sold);
    OptionalLong garbage =
        switch (flip.garbage) {
          case NONE -> OptionalLong.empty();
          case THE_STORED_EPOCH -> OptionalLong.of(book.epoch());
          case ANOTHER -> OptionalLong.of(book.epoch() + 1);
        };
    return stock -> stock.flip(Bench.SALE, epoch, sold, sold + flip.left, garbage);
  }

  private Function<Stock, CompletionStage<?>> adopt(Adopt adopt) {
    long previousEpoch = Math.max(0, book.epoch() + adopt.previousEpoch);
    long previousSeq = Math.max(0, book.seq() + adopt.previousSeq);
    long sold = Math.max(0, book.buyers() + adopt.sold);
    long previousStock = sold + book.left() + adopt.previousLeft;
    long stockUnits = sold + Math.max(0, book.left() + adopt.left);
    return stock ->
        stock.adopt(
            Bench.SALE,
            previousEpoch,
            previousSeq,
            previousStock,
            previousEpoch + adopt.ahead,
            sold,
            stockUnits);
  }

  private void call(Function<Stock, CompletionStage<?>> call) {
    calls.add(call);
    compare(call);
  }

  private void compare(Function<Stock, CompletionStage<?>> call) {
    Object expected = Bench.await(call.apply(real));
    assertThat(Bench.await(call.apply(model))).isEqualTo(expected);
    if (expected != null) {
      replies.add(expected.getClass().getSimpleName());
    }
  }

  /** Also the last book that was readable, to which the numbers of what follows are relative. */
  private void compareBooks(Command after) {
    Optional<RedisBook> read = Bench.await(real.read(Bench.SALE));
    assertThat(model.now()).as("the model's book after %s", after).isEqualTo(read.orElse(null));
    book = read.orElse(book);
    assertThat(model.buyers())
        .as("the model's buyers after %s", after)
        .isEqualTo(redis.smembers(Bench.BUYERS));
    Map<Long, Set<String>> loaded = new HashMap<>();
    for (String key : redis.keys(Bench.BUYERS + ":*")) {
      loaded.put(Long.parseLong(key.substring(key.lastIndexOf(':') + 1)), redis.smembers(key));
    }
    assertThat(model.loaded()).as("the model's loaded sets after %s", after).isEqualTo(loaded);
  }

  private Set<String> modelLoaded(long epoch) {
    return model.loaded().getOrDefault(epoch, Set.of());
  }

  private boolean isThere() {
    return redis.exists(Bench.STATE) == 1;
  }

  private long epoch(long ahead) {
    return Math.clamp(book.epoch() + ahead, 1, EPOCHS);
  }

  private void setState(String field, long value) {
    redis.hset(Bench.STATE, field, Long.toString(value));
  }

  private static String loaded(long epoch) {
    return Bench.BUYERS + ":" + epoch;
  }

  private Runnable copyOfReal() {
    List<Runnable> restores = new ArrayList<>();
    for (String key : redis.keys("*")) {
      byte[] value = redis.dump(key);
      long ttlMs = Math.max(0, redis.pttl(key));
      restores.add(() -> redis.restore(key, ttlMs, value));
    }
    return () -> {
      redis.flushall();
      restores.forEach(Runnable::run);
    };
  }
}
