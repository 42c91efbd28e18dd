/**
 * Bytes as a stranger, or a broken program, might send them.
 *
 * <p>Makes valid input worse, for the tests of whatever takes input from outside: Kafka records,
 * tokens, JSON bodies, HTTP, gRPC messages. Data comes from jqwik's generators, so a failure names
 * its seed and shrinks.
 */
@NullMarked
package flashsale.fuzz;

import org.jspecify.annotations.NullMarked;
