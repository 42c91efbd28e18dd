package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.model.UserId;
import flashsale.stock.ClaimCall;

/**
 * A number that stands for everything that happened in a history, in order.
 *
 * <p>Never by {@link Object#hashCode}: that of an enum, or of a lambda, is another one in each run.
 */
final class HistoryHash {
  private long hash = 0x666C617368L;

  long value() {
    return hash;
  }

  void add(long value) {
    hash = Dice.mix(hash * 31 + value);
  }

  void add(String text) {
    add(text.hashCode());
  }

  void add(UserId user) {
    add(user.value().hashCode());
  }

  void add(Effect effect) {
    switch (effect) {
      case Effect.Tell tell -> {
        if (tell.to() instanceof Request request) {
          add(request.number);
        }
        add(tell.answer());
      }
      case Effect.Judge judge -> {
        add(judge.callNo());
        add(judge.call());
      }
      case Effect.Append append -> {
        add(append.ticket());
        add(append.entry());
      }
      case Effect.Follow follow -> {
        add(follow.following());
        add(follow.fromOffset());
      }
      case Effect.Flip flip -> {
        add(flip.epoch());
        add(flip.sold());
        add(flip.stock());
        add(flip.garbage().orElse(-1));
      }
      case Effect.Adopt adopt -> {
        add(adopt.previous().epoch());
        add(adopt.previous().seq());
        add(adopt.previous().sold());
        add(adopt.epoch());
        add(adopt.stock());
      }
      case Effect.Load load -> {
        add(load.epoch());
        add(load.storedUpTo());
        load.recent().forEach(this::add);
      }
      case Effect.Note note -> add(note.what());
      case Effect.Alarm alarm -> add(alarm.what());
      case Effect.Stop stop -> add(stop.why());
      default -> add(effect.getClass().getSimpleName());
    }
  }

  private void add(ClaimCall call) {
    add(call.epoch());
    add(call.seq());
    add(call.sold());
    add(call.stock());
    for (ClaimCall.Ask ask : call.asks()) {
      add(ask.user());
      add(ask.wants() ? 1 : 0);
    }
  }

  void add(Entry entry) {
    add(entry.writer().epoch());
    add(entry.writer().incarnation());
    switch (entry) {
      case Entry.EpochOpened opened -> add(opened.stock());
      case Entry.Closed closed -> add(-1);
      case Entry.Sold sold -> {
        add(sold.seq());
        for (Entry.Item item : sold.items()) {
          add(item.userId());
          add(item.claimedAtMs());
        }
      }
    }
  }

  void add(Answer answer) {
    switch (answer) {
      case Answer.Confirmed confirmed -> {
        add(1);
        Long sequence = confirmed.order().sequence();
        add(sequence == null ? 0 : sequence);
      }
      case Answer.AlreadyPurchased already -> add(2);
      case Answer.Pending pending -> add(3);
      case Answer.TryAgain tryAgain -> add(4);
      case Answer.SoldOut soldOut -> add(5);
      case Answer.NotPurchased none -> add(6);
      case Answer.Closed closed -> add(7);
      default -> add(answer.toString());
    }
  }

  /** The kind is enough: what it says was an effect, an entry or a fault before. */
  void add(Input input) {
    add(input.getClass().getSimpleName());
    switch (input) {
      case Input.LogRead read -> add(read.offset());
      case Input.TailFresh fresh -> add(fresh.asOfMs());
      case Input.Judged judged -> add(judged.callNo());
      case Input.Appended appended -> add(appended.offset());
      default -> {}
    }
  }
}
