package flashsale.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.grpc.GrpcServiceException;
import org.apache.pekko.grpc.Trailers;
import org.apache.pekko.grpc.internal.MissingParameterException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faults as gRPC statuses. What the caller did wrong is said; what is wrong in here is only logged.
 */
final class Faults {
  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

  private Faults() {}

  static GrpcServiceException invalidArgument(String what) {
    return new GrpcServiceException(Status.INVALID_ARGUMENT.withDescription(what));
  }

  static GrpcServiceException unavailable(String why) {
    return new GrpcServiceException(Status.UNAVAILABLE.withDescription(why));
  }

  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /**
   * An ask that timed out may still be carried out, so its outcome is not known; anything else did
   * not get that far.
   */
  static Trailers trailers(Throwable failure) {
    Throwable cause = cause(failure);
    if (cause instanceof GrpcServiceException known) {
      return new Trailers(known.status(), known.metadata());
    }
    if (cause instanceof InvalidProtocolBufferException
        || cause instanceof MissingParameterException) {
      return new Trailers(Status.INVALID_ARGUMENT.withDescription("not a message of this call"));
    }
    if (cause instanceof EntityStreamSizeException) {
      return new Trailers(Status.RESOURCE_EXHAUSTED.withDescription("the message is too long"));
    }
    if (cause instanceof UnsupportedOperationException) {
      return new Trailers(Status.UNIMPLEMENTED.withDescription("no such call"));
    }
    if (cause instanceof TimeoutException) {
      return new Trailers(Status.DEADLINE_EXCEEDED.withDescription("no answer in time"));
    }
    LOG.atWarn().addKeyValue("cause", cause.toString()).log("call failed");
    return new Trailers(Status.UNAVAILABLE.withDescription("cannot be answered now"));
  }
}
