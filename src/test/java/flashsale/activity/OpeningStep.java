package flashsale.activity;

/** The effects by which an epoch is opened, in order. */
enum OpeningStep {
  START_EPOCH(Effect.WriteJournal.class),
  READ_SNAPSHOT(Effect.ReadSnapshot.class),
  ANNOUNCE(Effect.Append.class),
  LOAD(Effect.Load.class),
  FLIP(Effect.Flip.class);

  final Class<? extends Effect> effect;

  OpeningStep(Class<? extends Effect> effect) {
    this.effect = effect;
  }
}
