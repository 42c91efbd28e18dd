/**
 * The HTTP contract, row by row, against a real bound server: {@code RunningGateway} sends requests
 * as a client would, {@code FakeInventory} answers behind it in place of the inventory nodes.
 */
@NullMarked
package flashsale.gateway;

import org.jspecify.annotations.NullMarked;
