package flashsale.discovery;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives every call to etcd a deadline, except a watch, which lives as long as it is wanted.
 *
 * <p>Without it jetcd waits for ever on a server that accepts a call and does not answer.
 */
record CallDeadline(Duration timeout) implements ClientInterceptor {
  private static final String WATCH = "etcdserverpb.Watch";

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    boolean isWatch = WATCH.equals(method.getServiceName());
    return next.newCall(
        method,
        isWatch ? options : options.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
  }
}
