/**
 * Who is there. Each inventory node puts its addresses into etcd under a lease that it keeps alive;
 * from there nodes find each other (cluster bootstrap) and gateways find the nodes' gRPC endpoints.
 *
 * <p>etcd is asked, never depended on: when it is away or empty everybody goes on with the last
 * known good set, and registers again as soon as it is back. Nothing here is started when no etcd
 * is configured.
 */
@NullMarked
package flashsale.discovery;

import org.jspecify.annotations.NullMarked;
