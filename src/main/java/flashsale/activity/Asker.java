package flashsale.activity;

/** Whom to answer. The core only carries it; the shell knows what it is. */
interface Asker {
  /** Nobody waits for the answer: the core asked itself. */
  record Nobody() implements Asker {}

  Asker NOBODY = new Nobody();
}
