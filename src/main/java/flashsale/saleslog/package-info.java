/**
 * The sales log: the Kafka topic in which every purchase is decided.
 *
 * <p>An activity's actor gives entries to {@link flashsale.saleslog.SalesLog#append}; {@code
 * Appender} sends them, in call order, to the activity's own partition. From there they come back
 * through {@code Tail}, the one consumer of this node that reads the partitions somebody follows,
 * and through {@code RangeReader}, which reads what a new follower missed. Both hand them to the
 * followers, that is to the actors, who confirm nothing before. The projection reads the same topic
 * with a consumer of its own and the same {@link flashsale.saleslog.SalesLogCodec}, so no two folds
 * can read a record differently. {@link flashsale.saleslog.SalesLogTopic} makes the topic, or
 * refuses one whose settings would break the promise.
 */
@NullMarked
package flashsale.saleslog;

import org.jspecify.annotations.NullMarked;
