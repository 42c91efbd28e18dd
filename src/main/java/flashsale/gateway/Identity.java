package flashsale.gateway;

import flashsale.model.UserId;

/** Who a request comes from, by its token. */
sealed interface Identity {

  /**
   * A good token.
   *
   * @param ops the token's roles hold {@code ops}
   */
  record Caller(UserId user, boolean ops) implements Identity {}

  /** No bearer token was given. */
  record Absent() implements Identity {}

  /** A token was given and is not good. */
  record Refused(String why) implements Identity {}
}
