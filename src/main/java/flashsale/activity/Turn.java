package flashsale.activity;

import java.util.ArrayList;
import java.util.List;

/** One step of the core: what time it is, and what it wants done. Shared by the core's parts. */
final class Turn {
  static final long NEVER = Long.MAX_VALUE;

  private long nowMs;
  private List<Effect> effects = new ArrayList<>();

  /** Begins the next step; time never goes back. */
  void begin(long atMs) {
    nowMs = Math.max(nowMs, atMs);
    effects = new ArrayList<>();
  }

  long now() {
    return nowMs;
  }

  List<Effect> effects() {
    return effects;
  }

  void emit(Effect effect) {
    effects.add(effect);
  }

  void note(String what) {
    effects.add(new Effect.Note(what));
  }

  void alarm(String what) {
    effects.add(new Effect.Alarm(what));
  }

  void tell(Asker asker, Answer answer) {
    if (!asker.equals(Asker.NOBODY)) {
      effects.add(new Effect.Tell(asker, answer));
    }
  }

  void tell(Waiting waiting, Answer answer) {
    tell(waiting.ask().asker(), answer);
  }
}
