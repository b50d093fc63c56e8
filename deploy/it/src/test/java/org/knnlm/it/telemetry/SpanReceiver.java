package org.knnlm.it.telemetry;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Takes the spans that services export over OTLP. */
final class SpanReceiver extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final List<Received> spans = new CopyOnWriteArrayList<>();
  private final Server server;

  /** A span of a service. */
  record Received(String service, Span span) {
    /** Whether its parent is another span. */
    boolean isChildOf(Received other) {
      return span.getTraceId().equals(other.span.getTraceId())
          && span.getParentSpanId().equals(other.span.getSpanId());
    }

    boolean is(String ofService, Span.SpanKind kind, String name) {
      return service.equals(ofService) && span.getKind() == kind && span.getName().equals(name);
    }
  }

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
    for (ResourceSpans resource : request.getResourceSpansList()) {
      String service =
          resource.getResource().getAttributesList().stream()
              .filter(attribute -> attribute.getKey().equals("service.name"))
              .map(attribute -> attribute.getValue().getStringValue())
              .findFirst()
              .orElseThrow();
      resource.getScopeSpansList().stream()
          .flatMap(scope -> scope.getSpansList().stream())
          .forEach(span -> spans.add(new Received(service, span)));
    }
    observer.onNext(ExportTraceServiceResponse.getDefaultInstance());
    observer.onCompleted();
  }

  /** All such spans that have come. */
  List<Received> all(Predicate<Received> wanted) {
    return spans.stream().filter(wanted).toList();
  }

  /** One such span, waited for. */
  Received await(String what, Predicate<Received> wanted) throws InterruptedException {
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      List<Received> found = all(wanted);
      if (!found.isEmpty()) {
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
