package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.LanguageModelGrpc.LanguageModelBlockingStub;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.Prompt;
import org.knnlm.proto.lm.v1.Retrieval;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenSequence;

/** The spans of calls as a collector receives them: the caller's, ours, those of index-service. */
class TracesIT {
  private static final Path CHECKPOINT = Fixtures.llama("gqa");
  private static final List<Integer> TOKENS =
      Arrays.stream(Fixtures.sequences(CHECKPOINT)[0]).boxed().toList();
  private static final String CALLERS_SPAN = "00f067aa0ba902b7";
  private static final String SERVER = "knnlm.lm.v1.LanguageModel/";
  private static final String INDEX = "knnlm.index.v1.NearestNeighbors/";

  private static SpanReceiver receiver;
  private static ExhaustiveIndex index;
  private static ServiceProcess service;

  @BeforeAll
  static void start() throws IOException {
    receiver = new SpanReceiver();
    index = ExhaustiveIndex.of(CHECKPOINT);
    service =
        ServiceProcess.start(
            Map.of(
                "knnlm.model.path",
                CHECKPOINT.toString(),
                "quarkus.grpc.clients.index.port",
                Integer.toString(index.port()),
                "otel.exporter.otlp.endpoint",
                receiver.endpoint(),
                "quarkus.otel.bsp.schedule.delay",
                "100ms"));
  }

  @AfterAll
  static void stop() {
    service.close();
    index.close();
    receiver.close();
  }

  /** A stub whose calls belong to a trace. */
  private static LanguageModelBlockingStub within(String trace) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-%s-%s-01".formatted(trace, CALLERS_SPAN));
    return service.stub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static ByteString id(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private static Span await(String trace, String name) throws InterruptedException {
    return receiver.await(
        name + " of trace " + trace,
        span -> span.getTraceId().equals(id(trace)) && span.getName().equals(name));
  }

  private static Retrieval retrieval() {
    return Retrieval.newBuilder()
        .setDatastore("store")
        .setK(8)
        .setTemperature(3)
        .setLambda(0.25f)
        .build();
  }

  private static void assertChild(Span child, Span parent, String trace) {
    assertThat(child.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(child.getParentSpanId()).isEqualTo(parent.getSpanId());
    String header =
        "00-%s-%s-01".formatted(trace, HexFormat.of().formatHex(child.getSpanId().toByteArray()));
    assertThat(index.traceParents).as("what index-service is told").contains(header);
  }

  @Test
  void searchesOfAScoreAreChildrenOfItsSpan() throws InterruptedException {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    var request =
        ScoreRequest.newBuilder()
            .addSequences(ScoreSequence.newBuilder().addAllTokenIds(TOKENS).setFirstTarget(1))
            .addRetrievals(retrieval())
            .build();
    assertThat(within(trace).score(request)).toIterable().hasSize(1);
    Span score = await(trace, SERVER + "Score");
    assertThat(score.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(score.getParentSpanId()).isEqualTo(id(CALLERS_SPAN));
    assertThat(score.getStatus().getCode()).isNotEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(score.getAttributesList())
        .extracting(KeyValue::getKey)
        .contains("knnlm.queue_ms", "knnlm.forward_ms", "knnlm.search_ms", "knnlm.mix_ms");
    assertChild(await(trace, INDEX + "Describe"), score, trace);
    assertChild(await(trace, INDEX + "TokenProbabilities"), score, trace);
  }

  @Test
  void searchesOfAGenerationAreChildrenOfItsSpanToTheLast() throws InterruptedException {
    String trace = "11111111111111111111111111111111";
    assertThat(
            within(trace)
                .generate(
                    GenerateRequest.newBuilder()
                        .addPrompts(Prompt.newBuilder().setText("w5 w6 w7"))
                        .addRetrievals(retrieval())
                        .setMaxNewTokens(3)
                        .setIgnoreEos(true)
                        .build()))
        .toIterable()
        .hasSize(6);
    Span generate = await(trace, SERVER + "Generate");
    assertThat(generate.getAttributesList())
        .extracting(KeyValue::getKey)
        .contains("knnlm.tokenize_ms", "knnlm.forward_ms");
    List<Span> searches =
        receiver.spans.stream()
            .filter(span -> span.getTraceId().equals(id(trace)))
            .filter(span -> span.getName().equals(INDEX + "TokenDistributions"))
            .toList();
    assertThat(searches).hasSize(3);
    searches.forEach(search -> assertChild(search, generate, trace));
  }

  @Test
  void callsSideBySideKeepTheirTraces() throws InterruptedException {
    List<String> traces = List.of("2".repeat(32), "3".repeat(32), "4".repeat(32), "5".repeat(32));
    var request =
        NextTokenRequest.newBuilder()
            .addSequences(TokenSequence.newBuilder().addAllTokenIds(TOKENS))
            .addRetrievals(retrieval())
            .build();
    List<Thread> callers =
        traces.stream()
            .map(
                trace ->
                    Thread.startVirtualThread(
                        () -> assertThat(within(trace).nextToken(request)).toIterable().hasSize(1)))
            .toList();
    for (Thread caller : callers) {
      caller.join();
    }
    for (String trace : traces) {
      Span own = await(trace, SERVER + "NextToken");
      assertThat(own.getParentSpanId()).isEqualTo(id(CALLERS_SPAN));
      assertChild(await(trace, INDEX + "TokenDistributions"), own, trace);
    }
  }

  @Test
  void refusedCallsHaveTheirStatus() throws InterruptedException {
    String trace = "66666666666666666666666666666666";
    try {
      within(trace).score(ScoreRequest.getDefaultInstance()).next();
    } catch (io.grpc.StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.INVALID_ARGUMENT);
    }
    assertThat(await(trace, SERVER + "Score").getAttributesList())
        .filteredOn(attribute -> attribute.getKey().equals("rpc.grpc.status_code"))
        .extracting(attribute -> attribute.getValue().getIntValue())
        .containsExactly((long) io.grpc.Status.Code.INVALID_ARGUMENT.value());
    assertThat(service.output())
        .doesNotContain("ERROR", "smallrye.config", "io.opentelemetry", "runtime.exporter");
  }
}
