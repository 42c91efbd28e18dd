package flashsale.chaos;

/**
 * A fault was over and had done no harm: nothing passed through the proxy, nothing was sold
 * meanwhile. The sale proves nothing about it and is to be repeated.
 */
final class NotStruck extends Exception {
  NotStruck(String why) {
    super(why);
  }
}
