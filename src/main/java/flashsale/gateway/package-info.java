/**
 * HTTP for shoppers and operators, gRPC towards the inventory nodes; the contract's statuses and
 * codes live here and nowhere else.
 *
 * <p>A request comes in through {@link flashsale.gateway.HttpGateway}. {@code FrontDoor} reads its
 * body within limits, finds its {@code Route}, asks {@code Tokens} who calls, and decides which
 * fault comes first. What passes goes to {@code Purchases}, {@code Readings} or {@code Operations};
 * these ask the inventory through {@code Backend} (or {@code Claims}, which knows when a lost
 * answer must be called PENDING) and translate each reply into one HTTP answer. The package knows
 * no actor, no Redis and no SQL; whatever it says about a purchase, an inventory node said first.
 */
@NullMarked
package flashsale.gateway;

import org.jspecify.annotations.NullMarked;
