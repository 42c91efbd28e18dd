package flashsale.activity;

import flashsale.activity.Chaos.Stream;
import flashsale.activity.Click.Outcome;
import flashsale.model.UserId;
import org.jspecify.annotations.Nullable;

/** Somebody who asks until there is nothing more to be had. */
final class Shopper {
  private static final int CLICKS_AGAIN_MAX = 3;

  private final RandomHistory history;
  private final UserId user;
  private final Stream stream;
  private @Nullable Outcome last;
  private @Nullable Long confirmedSequence;
  private int clicksAfterTheEnd;
  private int underWay;
  private boolean asleep;

  Shopper(RandomHistory history, UserId user, Stream stream) {
    this.history = history;
    this.user = user;
    this.stream = stream;
  }

  UserId user() {
    return user;
  }

  Stream stream() {
    return stream;
  }

  /** What the last of the requests said. */
  @Nullable Outcome last() {
    return last;
  }

  /** As the shopper was told; null: was told no sequence. */
  @Nullable Long confirmedSequence() {
    return confirmedSequence;
  }

  void confirmed(long sequence) {
    confirmedSequence = sequence;
  }

  boolean isServed() {
    return underWay == 0 && last != null && last.isFinal();
  }

  /** Asks once more, whatever was said before. */
  void askAnew() {
    last = null;
    if (asleep) {
      asleep = false;
      act();
    }
  }

  void act() {
    if (underWay > 0) {
      return;
    }
    Dice dice = stream.next();
    if (last != null && last.isFinal()) {
      boolean again = !history.isPeace() && clicksAfterTheEnd < CLICKS_AGAIN_MAX && dice.oneIn(2);
      if (!again) {
        asleep = true;
        return;
      }
      clicksAfterTheEnd++;
    }
    boolean finds = last == Outcome.PENDING ? !dice.oneIn(3) : dice.oneIn(8) && last != null;
    click(!finds);
  }

  /** A second request while the first is under way. */
  void clickAgain() {
    click(true);
  }

  private void click(boolean buys) {
    underWay++;
    Click click = new Click(history, this, buys);
    assert click.attempts() != null;
  }

  void heard(Outcome outcome) {
    underWay--;
    last = outcome;
    if (underWay == 0) {
      Dice dice = stream.next();
      int pauseMs = history.isPeace() ? 100 : dice.oneIn(3) ? 1_500 : 250;
      history.world().in(10L + dice.below(pauseMs), this::act);
    }
  }

  @Override
  public String toString() {
    return "shopper " + user;
  }
}
