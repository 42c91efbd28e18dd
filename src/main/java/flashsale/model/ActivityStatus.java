package flashsale.model;

/**
 * What an activity is to somebody who looks at it, in the order in which a purchase would be
 * refused.
 */
public enum ActivityStatus {
  CLOSED,
  PAUSED,
  SCHEDULED,
  SOLD_OUT,
  OPEN
}
