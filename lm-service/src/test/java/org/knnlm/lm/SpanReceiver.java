package org.knnlm.lm;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Takes the spans that a service exports over OTLP. */
final class SpanReceiver extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  final List<Span> spans = new CopyOnWriteArrayList<>();
  private final Server server;

  SpanReceiver() throws IOException {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  @Override
  public void export(
      ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
    request
        .getResourceSpansList()
        .forEach(
            resource ->
                resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList())));
    observer.onNext(ExportTraceServiceResponse.getDefaultInstance());
    observer.onCompleted();
  }

  /** The only such span, waited for. */
  Span await(String what, Predicate<Span> wanted) throws InterruptedException {
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      List<Span> found = spans.stream().filter(wanted).toList();
      if (!found.isEmpty()) {
        if (found.size() > 1) {
          throw new AssertionError("several spans " + what + ": " + found);
        }
        return found.getFirst();
      }
      Thread.sleep(100);
    }
    throw new AssertionError("no span %s among %s".formatted(what, spans));
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
