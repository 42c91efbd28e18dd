/**
 * The inventory's gRPC service: the wire contract on one side, activities and reads on the other.
 *
 * <p>Data comes from gateways ({@code protobuf/flashsale/v1/inventory.proto}) and goes to the
 * activity's actor by sharding, or to Postgres's read queries; answers go back the same way. It
 * only translates: what may be bought is decided behind it.
 */
@NullMarked
package flashsale.grpc;

import org.jspecify.annotations.NullMarked;
