/**
 * The words of the system as plain values: activities, shoppers, orders, products.
 *
 * <p>They are made where data enters (gateway, gRPC service, sales log, journal, Postgres) and
 * travel unchanged through every other package. Each refuses nonsense in its constructor, with what
 * was expected, so nobody further in checks an id or a stock again. Two rules that all must share
 * live here as well: the name of an order ({@link flashsale.model.OrderId}) and the place of an
 * activity ({@link flashsale.model.Partitions}); and the clock of a node ({@link
 * flashsale.model.SlewedClock}), by which its parts tell each other times.
 *
 * <p>Imports nothing but the JDK.
 */
@NullMarked
package flashsale.model;

import org.jspecify.annotations.NullMarked;
