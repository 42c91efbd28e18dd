package flashsale.activity;

import flashsale.model.UserId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Somebody's question to one node, and everything that was said to it; the first counts. */
final class Request implements Asker {
  enum Kind {
    CLAIM,
    FIND_PURCHASE,
    LOOK,
    CHANGE
  }

  final Node node;
  final Kind kind;
  final UserId user;
  final long askedAtMs;

  /** Its place among all requests of the history. */
  final int number;

  private final @Nullable Consumer<Answer> heard;
  private final List<Answer> answers = new ArrayList<>();

  /** The core's time when it took the request; an order that it led to carries it. */
  private long takenAtMs = -1;

  /**
   * @param heard is given the first answer
   */
  Request(Node node, Kind kind, UserId user, int number, @Nullable Consumer<Answer> heard) {
    this.node = node;
    this.kind = kind;
    this.user = user;
    this.askedAtMs = node.world().now();
    this.number = number;
    this.heard = heard;
  }

  void taken(long atMs) {
    takenAtMs = atMs;
  }

  /** It was not lost in the mailbox of an actor that stopped. */
  boolean wasTaken() {
    return takenAtMs >= 0;
  }

  long takenAtMs() {
    return takenAtMs;
  }

  void told(Answer answer) {
    answers.add(answer);
    if (heard != null && answers.size() == 1) {
      heard.accept(answer);
    }
  }

  boolean isAnswered() {
    return !answers.isEmpty();
  }

  /** The first answer. */
  Answer answer() {
    if (answers.isEmpty()) {
      throw new NoSuchElementException(this + " has no answer");
    }
    return answers.getFirst();
  }

  List<Answer> answers() {
    return Collections.unmodifiableList(answers);
  }

  @Override
  public String toString() {
    return kind + " by " + user + " at " + (askedAtMs - World.START_MS) + " " + answers;
  }
}
