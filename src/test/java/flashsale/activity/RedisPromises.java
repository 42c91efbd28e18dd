package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.simulation.LogModel;
import flashsale.simulation.Violation;
import flashsale.stock.AdoptReply;
import flashsale.stock.FlipReply;
import flashsale.stock.RedisBook;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks every call to Redis: what the log and the claims would put right anyway must not go wrong
 * in the first place.
 *
 * <p>Whoever is handed Redis gets what the log says, nobody takes it from the epoch that the log is
 * at, and nothing contradicts that epoch unless Redis was damaged.
 */
final class RedisPromises {
  private static final long NEVER = -1;

  private final World world;

  /** To whom Redis was handed over last. */
  private Writer holder = Writer.NONE;

  /** How often it had been damaged when it was handed over to them first. */
  private long damagesAtHandOver = NEVER;

  RedisPromises(World world) {
    this.world = world;
  }

  /**
   * Makes a call of this epoch.
   *
   * @param garbage the higher epoch that it may overwrite
   */
  <T> T call(Node node, long epoch, OptionalLong garbage, Supplier<T> call) {
    RedisBook before = world.redis.now();
    T reply = call.get();
    RedisBook after = world.redis.now();
    if (before != null && epoch < before.epoch() && !before.equals(after)) {
      if (before.epoch() == garbage.orElse(0)
          && mayHaveProved(new Writer(epoch, node.incarnation))) {
        damagesAtHandOver = NEVER;
      } else if (before.epoch() == world.log.ledger().epoch()) {
        throw new Violation("I4", node + " took " + before + " and made it " + after);
      }
    }
    if (reply instanceof AdoptReply.Adopted || reply instanceof FlipReply.Flipped) {
      handedOver(new Writer(epoch, node.incarnation), after);
    }
    return reply;
  }

  /**
   * Whether a writer may have found that a higher epoch is nobody's: it appended a record again, to
   * see the log's end, and the epoch that the log is at came later.
   */
  private boolean mayHaveProved(Writer writer) {
    int announced = 0;
    for (LogModel.Record record : world.log.records()) {
      if (record.entry() instanceof Entry.EpochOpened opened) {
        if (record.accepted() && opened.writer().equals(world.log.ledger().writer())) {
          break;
        }
        announced += opened.writer().equals(writer) ? 1 : 0;
      }
    }
    return announced > 1;
  }

  private void handedOver(Writer writer, @Nullable RedisBook book) {
    Ledger ledger = world.log.ledger();
    if (!ledger.writer().equals(writer) || ledger.seq() > 0) {
      return;
    }
    RedisBook expected =
        new RedisBook(writer.epoch(), 0, ledger.stock() - ledger.sold(), ledger.sold());
    Set<String> buyers = new HashSet<>();
    world.log.sales().keySet().forEach(user -> buyers.add(user.value()));
    if (!expected.equals(book) || !world.redis.buyers().equals(buyers)) {
      throw new Violation(
          "I4",
          writer
              + " got "
              + book
              + " "
              + world.redis.buyers()
              + ", the log has "
              + expected
              + buyers);
    }
    if (!writer.equals(holder)) {
      holder = writer;
      damagesAtHandOver = world.redis.damages();
    }
  }

  /** A node says what it does. */
  void noted(Node node, String what) {
    boolean holds = world.log.ledger().writer().incarnation() == node.incarnation;
    boolean refused = what.contains("the ledger refused");
    boolean contradicted =
        what.contains("Redis lost")
            || what.contains("Redis is")
            || what.contains("Redis contradicts");
    boolean damaged = world.redis.damages() != damagesAtHandOver;
    if (holds && (refused || contradicted && !damaged)) {
      throw new Violation("I4", node + " is " + what + ", and nobody had touched Redis");
    }
  }
}
