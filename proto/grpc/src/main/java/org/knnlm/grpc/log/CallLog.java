package org.knnlm.grpc.log;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** A line for each call that was answered, at level DEBUG. */
@GlobalInterceptor
@Singleton
public final class CallLog implements ServerInterceptor {
  private static final Logger LOG = Logger.getLogger(CallLog.class);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!LOG.isDebugEnabled()) {
      return next.startCall(call, headers);
    }
    long started = System.nanoTime();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            LOG.debugf(
                "%s: %s after %d ms",
                getMethodDescriptor().getFullMethodName(),
                status.getCode(),
                (System.nanoTime() - started) / 1_000_000);
            super.close(status, trailers);
          }
        },
        headers);
  }
}
