package org.knnlm.grpc.log;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

/** Passes the labels of the calling thread on, as headers. */
@GlobalInterceptor
@Singleton
public final class LabelSender implements ClientInterceptor {
  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        for (Label label : Label.values()) {
          if (MDC.get(label.key()) instanceof String value) {
            headers.put(label.header(), value);
          }
        }
        super.start(listener, headers);
      }
    };
  }
}
