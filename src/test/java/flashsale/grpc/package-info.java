/**
 * The wire contract from outside: answers and proofs as messages, and the server called by a real
 * client.
 */
@NullMarked
package flashsale.grpc;

import org.jspecify.annotations.NullMarked;
