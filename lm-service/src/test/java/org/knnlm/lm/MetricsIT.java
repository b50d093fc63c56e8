package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.collect.ImmutableList;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.HiddenState;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.Prompt;
import org.knnlm.proto.lm.v1.Retrieval;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/** What an operator reads at /q/metrics after calls whose numbers are known. */
class MetricsIT {
  private static final Path CHECKPOINT = Fixtures.llama("gqa");
  private static final List<Integer> TOKENS =
      Arrays.stream(Fixtures.sequences(CHECKPOINT)[0]).boxed().toList();
  private static final Retrieval RETRIEVAL =
      Retrieval.newBuilder()
          .setDatastore("store")
          .setK(8)
          .setTemperature(3)
          .setLambda(0.25f)
          .build();

  private static String phase(String rpc, String phase) {
    return "knnlm_lm_phase_seconds_count{phase=\"%s\",rpc=\"%s\"}".formatted(phase, rpc);
  }

  /** By how much a number grew. */
  private static double growth(Map<String, Double> before, Map<String, Double> after, String name) {
    assertThat(after).containsKey(name);
    return after.get(name) - before.get(name);
  }

  @Test
  void figuresFollowTheCalls() {
    try (var index = ExhaustiveIndex.of(CHECKPOINT);
        var service =
            ServiceProcess.start(
                Map.of(
                    "knnlm.model.path",
                    CHECKPOINT.toString(),
                    "knnlm.model.prefix-cache",
                    "1M",
                    "knnlm.model.generation-cache",
                    "32M",
                    "knnlm.model.max-calls",
                    "1",
                    "quarkus.grpc.clients.index.port",
                    Integer.toString(index.port())))) {
      Map<String, Double> idle = service.metrics();
      assertThat(idle)
          .containsEntry("knnlm_lm_queue_length", 0.0)
          .containsEntry("knnlm_lm_passes_total", 0.0)
          .containsEntry("knnlm_lm_pass_tokens_total", 0.0)
          .containsEntry("knnlm_lm_prefix_cache_bytes", 0.0)
          .containsEntry("knnlm_lm_prefix_cache_max_bytes", 1024.0 * 1024)
          .containsEntry("knnlm_lm_prefix_cache_reused_tokens_total", 0.0)
          .containsEntry("knnlm_lm_generation_cache_bytes", 0.0)
          .containsEntry("knnlm_lm_generation_cache_max_bytes", 32 * 1024.0 * 1024)
          .containsEntry("knnlm_lm_calls_in_flight", 0.0)
          .containsEntry("knnlm_lm_calls_max", 1.0)
          .containsEntry("knnlm_lm_calls_refused_total{lacking=\"calls\"}", 0.0)
          .containsEntry("knnlm_lm_calls_refused_total{lacking=\"generation_cache\"}", 0.0);
      Map<String, Double> scored = afterScores(service, idle);
      Map<String, Double> predicted = afterPredictions(service, scored);
      Map<String, Double> generated = afterGeneration(service, predicted);
      afterOtherCalls(service, generated);
      afterRefusals(service);
      assertThat(service.output())
          .doesNotContain("ERROR", "smallrye.config", "io.opentelemetry", "runtime.exporter");
    }
  }

  private static Map<String, Double> afterScores(
      ServiceProcess service, Map<String, Double> before) {
    var sequence = ScoreSequence.newBuilder().addAllTokenIds(TOKENS);
    assertThat(
            service
                .stub()
                .score(
                    ScoreRequest.newBuilder()
                        .addSequences(sequence.setFirstTarget(1))
                        .addSequences(sequence.setFirstTarget(20))
                        .addRetrievals(RETRIEVAL)
                        .build()))
        .toIterable()
        .hasSize(2);
    Map<String, Double> after = service.metrics();
    assertThat(growth(before, after, "knnlm_lm_passes_total")).isEqualTo(1);
    assertThat(growth(before, after, "knnlm_lm_pass_tokens_total"))
        .isEqualTo(2.0 * (TOKENS.size() - 1));
    for (String phase : List.of("queue", "forward", "search", "mix")) {
      assertThat(growth(before, after, phase("Score", phase))).as(phase).isEqualTo(2);
    }
    String forward = phase("Score", "forward").replace("count", "sum");
    assertThat(growth(before, after, forward)).isPositive();
    assertThat(after.keySet())
        .anyMatch(
            name ->
                name.startsWith("grpc_server_processing_duration_seconds_count")
                    && name.contains("method=\"Score\""));
    return after;
  }

  private static Map<String, Double> afterPredictions(
      ServiceProcess service, Map<String, Double> before) {
    var request =
        NextTokenRequest.newBuilder()
            .addSequences(TokenSequence.newBuilder().addAllTokenIds(TOKENS))
            .build();
    assertThat(service.stub().nextToken(request)).toIterable().hasSize(1);
    assertThat(service.stub().nextToken(request)).toIterable().hasSize(1);
    Map<String, Double> after = service.metrics();
    assertThat(growth(before, after, "knnlm_lm_passes_total")).isEqualTo(2);
    // the second time only the last token is computed
    assertThat(growth(before, after, "knnlm_lm_pass_tokens_total")).isEqualTo(TOKENS.size() + 1);
    assertThat(growth(before, after, "knnlm_lm_prefix_cache_reused_tokens_total"))
        .isEqualTo(TOKENS.size() - 1);
    assertThat(growth(before, after, "knnlm_lm_prefix_cache_bytes")).isPositive();
    assertThat(growth(before, after, phase("NextToken", "forward"))).isEqualTo(2);
    return after;
  }

  private static Map<String, Double> afterGeneration(
      ServiceProcess service, Map<String, Double> before) {
    var replies =
        ImmutableList.copyOf(
            service
                .stub()
                .generate(
                    GenerateRequest.newBuilder()
                        .addPrompts(Prompt.newBuilder().setText("w5 w6 w7"))
                        .addRetrievals(RETRIEVAL)
                        .setMaxNewTokens(6)
                        .setIgnoreEos(true)
                        .build()));
    assertThat(replies).hasSize(12);
    Map<String, Double> after = service.metrics();
    assertThat(growth(before, after, "knnlm_lm_passes_total")).isEqualTo(6);
    assertThat(growth(before, after, phase("Generate", "tokenize"))).isEqualTo(1);
    for (String phase : List.of("queue", "forward", "search", "mix")) {
      assertThat(growth(before, after, phase("Generate", phase))).as(phase).isEqualTo(12);
    }
    assertThat(after).containsEntry("knnlm_lm_generation_cache_bytes", 0.0);
    return after;
  }

  private static void afterOtherCalls(ServiceProcess service, Map<String, Double> before) {
    assertThat(
            service
                .stub()
                .forward(
                    ForwardRequest.newBuilder()
                        .addSequences(ForwardSequence.newBuilder().addAllTokenIds(TOKENS))
                        .setHiddenState(HiddenState.HIDDEN_STATE_LAST_FFN_INPUT)
                        .build()))
        .toIterable()
        .hasSize(1);
    assertThat(service.stub().tokenize(TokenizeRequest.newBuilder().addTexts("w5").build()))
        .toIterable()
        .hasSize(1);
    Map<String, Double> after = service.metrics();
    assertThat(growth(before, after, phase("Forward", "queue"))).isEqualTo(1);
    assertThat(growth(before, after, phase("Forward", "forward"))).isEqualTo(1);
    assertThat(growth(before, after, phase("Tokenize", "tokenize"))).isEqualTo(1);
    assertThat(growth(before, after, "knnlm_lm_passes_total")).isEqualTo(1);
  }

  private static void afterRefusals(ServiceProcess service) {
    var many = GenerateRequest.newBuilder().setMaxNewTokens(60).setIgnoreEos(true);
    for (int i = 0; i < 1024; i++) {
      many.addPrompts(Prompt.newBuilder().setText("w" + (3 + i % 90)));
    }
    var tooMuch = many.clone().addRetrievals(RETRIEVAL).addRetrievals(RETRIEVAL).build();
    assertRefused(service, tooMuch);
    try (var context = Context.current().withCancellation()) {
      context.run(
          () -> {
            service.stub().generate(many.build()).next();
            assertRefused(service, tooMuch);
            Map<String, Double> busy = service.metrics();
            assertThat(busy)
                .containsEntry("knnlm_lm_calls_in_flight", 1.0)
                .containsEntry("knnlm_lm_calls_refused_total{lacking=\"calls\"}", 1.0)
                .containsEntry("knnlm_lm_calls_refused_total{lacking=\"generation_cache\"}", 1.0);
            assertThat(busy.get("knnlm_lm_generation_cache_bytes")).isPositive();
          });
    }
  }

  private static void assertRefused(ServiceProcess service, GenerateRequest request) {
    var error =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> service.stub().generate(request).next());
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }
}
