package flashsale.activity;

/** Decides what becomes of each call. */
interface Fates {
  Fate of(Node node, Effect call);
}
