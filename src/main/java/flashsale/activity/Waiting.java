package flashsale.activity;

import flashsale.model.UserId;

/** An ask in the queue, and since when; the time stays when it has to queue again. */
record Waiting(Input.Ask ask, long sinceMs) {
  boolean isClaim() {
    return ask instanceof Input.Claim;
  }

  UserId user() {
    return ask.user();
  }
}
