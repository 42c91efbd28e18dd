package flashsale.activity;

import java.util.ArrayList;
import java.util.List;

/** One step of the core: what time it is, and what it wants done. Shared by the core's parts. */
final class Turn {
  static final long NEVER = Long.MAX_VALUE;

  /** Between steps; nothing can be added to it. */
  private static final List<Effect> NONE = List.of();

  private long nowMs;
  private List<Effect> effects = NONE;

  /** Begins the next step; time never goes back. */
  void begin(long atMs) {
    nowMs = Math.max(nowMs, atMs);
    effects = new ArrayList<>();
  }

  long now() {
    return nowMs;
  }

  /** Ends the step; what it wants done is kept no longer than the caller keeps it. */
  List<Effect> end() {
    List<Effect> done = effects;
    effects = NONE;
    return done;
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
