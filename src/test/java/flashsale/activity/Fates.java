package flashsale.activity;

import flashsale.simulation.ProjectionModel;

/** Decides what becomes of each call, and of whoever makes it. */
interface Fates {
  Fate of(Node node, Effect call);

  /** What becomes of an actor that is about to perform so many effects of a step. */
  default StepFate ofStep(Node node, int effects) {
    return StepFate.WHOLE;
  }

  /** How late the tail shows what is new in the log. */
  default TailFate ofTail(Node node) {
    return TailFate.PROMPT;
  }

  /** How many entries more a tail delivers after another one has begun. */
  default int entriesOfOldTail(Node node) {
    return 0;
  }

  default ProjectionModel.Fate ofTransaction() {
    return ProjectionModel.Fate.WORKS;
  }

  /**
   * The end of a step.
   *
   * @param performed so many of its effects happen at once
   * @param restAfterMs the others so much later; {@link Fate#NEVER}: the actor is dead
   */
  record StepFate(int performed, long restAfterMs) {
    static final StepFate WHOLE = new StepFate(Integer.MAX_VALUE, 0);
  }

  /**
   * One reading of the tail.
   *
   * @param repeated so many entries that were delivered before come once more
   */
  record TailFate(long afterMs, int repeated) {
    static final TailFate PROMPT = new TailFate(0, 0);
  }
}
