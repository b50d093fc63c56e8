package org.knnlm.grpc.log;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;

/** Takes labels from the headers of calls; a call without an id of its request gets one. */
@GlobalInterceptor
@Singleton
public final class LabelReader implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Map<Label, String> labels = new EnumMap<>(Label.class);
    for (Label label : Label.values()) {
      String value = headers.get(label.header());
      if (Label.isValid(value)) {
        labels.put(label, value);
      }
    }
    labels.computeIfAbsent(Label.REQUEST, none -> Labels.newRequest());
    return Contexts.interceptCall(
        Context.current().withValue(Labels.OF_CALL, labels), call, headers, next);
  }
}
