package flashsale.stock;

/**
 * What Redis says of one activity.
 *
 * @param left units left by Redis's count
 * @param buyers members of the live set
 */
public record RedisBook(long epoch, long seq, long left, long buyers) {}
