package org.knnlm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.datastore.Datastore;
import org.knnlm.local.EvalClient;
import org.knnlm.local.LocalStack;
import org.knnlm.local.Pipeline;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.Context;
import org.knnlm.proto.index.v1.ContextsRequest;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.LanguageModelGrpc;
import org.knnlm.proto.lm.v1.Prompt;
import org.knnlm.proto.lm.v1.Retrieval;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/**
 * Corpus to perplexity through the four packaged services on a real model, held against the outputs
 * of the public Python reference.
 */
class GoldenParityIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int[] K = {1024, 64};
  private static final double[] LAMBDA = {0.25, 0.1};
  private static final int[] TEMPERATURE = {10, 5};

  @TempDir static Path data;
  private static LocalStack stack;
  private static Pipeline pipeline;
  private static EvalClient eval;

  @BeforeAll
  static void start() throws Exception {
    Path golden = Files.createDirectories(data.resolve("datastores/golden"));
    try (Stream<Path> files = Files.list(Shared.golden("dstore"))) {
      for (Path file : files.toList()) {
        Files.copy(file, golden.resolve(file.getFileName()));
      }
    }
    stack = LocalStack.start(Shared.ROOT, Shared.smolLm2(), data);
    pipeline = new Pipeline(stack);
    eval = new EvalClient(stack.evalPort());
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      eval.close();
      pipeline.close();
      stack.close();
    }
  }

  @Test
  void theDatastoreIsTheReferences() throws Exception {
    pipeline.createDatastore("ours", Shared.golden("corpus_small.jsonl"), progress -> {});
    try (Datastore ours = Datastore.open(data.resolve("datastores/ours"));
        Datastore golden = Datastore.open(Shared.golden("dstore"))) {
      assertThat(ours.size()).isEqualTo(golden.size());
      float[] a = new float[ours.dimension()];
      float[] b = new float[ours.dimension()];
      for (long i = 0; i < ours.size(); i++) {
        assertThat(ours.value(i)).isEqualTo(golden.value(i));
        ours.key(i, a, 0);
        golden.key(i, b, 0);
        assertClose(a, b, i);
      }
    }
    contextsAreTheDocumentsTokens();
    var built =
        pipeline.buildIndex(
            BuildIndexRequest.newBuilder().setDatastore("ours").setNlist(64).build(),
            progress -> {});
    assertThat(built.getFactory()).isEqualTo("IVF64,PQ64x8");

    // the whole pipeline on our own files: exact distances hide the difference of two product
    // quantizers
    List<List<Double>> losses = losses(evaluate("wikitext", "eval_small.txt", "ours", true));
    JsonNode expected = golden("wikitext").get("configs");
    assertThat(mean(losses.get(1)))
        .isCloseTo(mean(expected.get("knn_k1024_l0.25_T10_exact")), within(2e-2));
  }

  /** Every key of our datastore: its context is what the tokenizer makes of its document. */
  private static void contextsAreTheDocumentsTokens() throws Exception {
    List<String> texts =
        lines(Shared.golden("corpus_small.jsonl")).stream()
            .map(row -> row.get("text").asText())
            .toList();
    ManagedChannel lm = channel(stack.lmPort());
    ManagedChannel index = channel(stack.indexPort());
    try {
      var model = LanguageModelGrpc.newBlockingStub(lm);
      List<List<Integer>> tokens = new ArrayList<>();
      model
          .tokenize(TokenizeRequest.newBuilder().addAllTexts(texts).build())
          .forEachRemaining(reply -> tokens.add(reply.getTokenIdsList()));
      List<Context> contexts = new ArrayList<>();
      NearestNeighborsGrpc.newBlockingStub(index)
          .contexts(
              ContextsRequest.newBuilder()
                  .setDatastore("ours")
                  .addAllIds(LongStream.range(0, 9215).boxed().toList())
                  .setBefore(8)
                  .setAfter(24)
                  .build())
          .forEachRemaining(reply -> contexts.addAll(reply.getContextsList()));
      int begin = 0;
      int id = 0;
      for (int d = 0; d < texts.size(); d++) {
        List<Integer> document = tokens.get(d);
        int kept = Math.min(document.size(), 9216 - begin);
        for (int p = begin == 0 ? 1 : 0; p < kept; p++, id++) {
          assertThat(contexts.get(id))
              .isEqualTo(
                  Context.newBuilder()
                      .setId(id)
                      .addAllBefore(document.subList(Math.max(0, p - 8), p))
                      .setTokenId(document.get(p))
                      .addAllAfter(document.subList(p + 1, Math.min(kept, p + 25)))
                      .setDocument(d)
                      .setLine(d + 1)
                      .setPosition(p)
                      .build());
        }
        begin += document.size();
      }
      assertThat(id).isEqualTo(9215).isEqualTo(contexts.size());
      Context last = contexts.getLast();
      String text =
          model
              .detokenize(
                  DetokenizeRequest.newBuilder()
                      .addSequences(TokenSequence.newBuilder().addAllTokenIds(last.getBeforeList()))
                      .build())
              .next()
              .getText();
      assertThat(text).isNotBlank();
      assertThat(texts.get((int) last.getDocument())).contains(text);
    } finally {
      lm.shutdownNow();
      index.shutdownNow();
    }
  }

  private static ManagedChannel channel(int port) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private static void assertClose(float[] ours, float[] golden, long key) {
    double difference = 0;
    double norm = 0;
    for (int j = 0; j < ours.length; j++) {
      assertThat(ours[j]).as("key %d, component %d", key, j).isCloseTo(golden[j], within(2e-2f));
      difference += Math.pow(ours[j] - golden[j], 2);
      norm += Math.pow(golden[j], 2);
    }
    assertThat(Math.sqrt(difference / norm))
        .as("relative difference of key %d", key)
        .isLessThan(1e-3);
  }

  @ParameterizedTest
  @CsvSource({"wikitext,eval_small.txt,5667", "blocks,eval_small.jsonl,5119"})
  void windowLossesAreTheReferences(String protocol, String text, int targets) throws Exception {
    String run = evaluate(protocol, text, "golden", true);
    List<List<Double>> losses = losses(run);
    JsonNode expected = golden(protocol).get("configs");
    assertLosses(losses.get(0), expected.get("base"), 1e-4);
    for (int i = 0; i < K.length; i++) {
      assertLosses(losses.get(1 + i), expected.get(config(i, "exact")), 1e-3);
    }

    assertThat(eval.run(run).at("/settings/0/manifest/keys").asLong()).isEqualTo(9215);
    JsonNode table = JSON.readTree(eval.table(run, "json"));
    assertThat(table.at("/counts/scoredTokens").asInt()).isEqualTo(targets);
    double perplexity = table.at("/rows/0/result/perplexity").asDouble();
    assertThat(perplexity).isCloseTo(expected.at("/base/ppl").asDouble(), within(1e-2));
    assertThat(table.at("/rows/0/result/wordPerplexity").asDouble())
        .isCloseTo(expected.at("/base/word_ppl").asDouble(), within(1e-2));
    assertThat(eval.table(run, "csv").lines()).hasSize(1 + 1 + K.length);
    assertThat(eval.table(run, "text")).contains(String.format(Locale.ROOT, "%.3f", perplexity));
  }

  @Test
  void theIndexsOwnDistancesGiveTheReferencesLosses() throws Exception {
    List<List<Double>> losses = losses(evaluate("blocks", "eval_small.jsonl", "golden", false));
    JsonNode expected = golden("blocks").get("configs");
    for (int i = 0; i < K.length; i++) {
      assertLosses(losses.get(1 + i), expected.get(config(i, "pq")), 1e-3);
    }
  }

  /** Greedy continuations, the model alone and with retrieval, of all prompts at once. */
  @Test
  void continuationsAreTheReferences() throws Exception {
    List<JsonNode> base = lines(Shared.golden("tasks/nq_open.base.jsonl"));
    List<JsonNode> knn = lines(Shared.golden("tasks/nq_open.knn.jsonl"));
    List<JsonNode> questions = lines(Shared.data("tasks/nq_open/validation.jsonl"));
    var request =
        GenerateRequest.newBuilder()
            .setMaxNewTokens(15)
            .addRetrievals(
                Retrieval.newBuilder()
                    .setDatastore("golden")
                    .setK(1024)
                    .setLambda(0.2f)
                    .setTemperature(10));
    for (JsonNode row : base) {
      String question = questions.get(row.get("index").asInt()).get("question").asText();
      request.addPrompts(
          Prompt.newBuilder()
              .setText("Answer these questions:\nQuestion: %s?\nAnswer:".formatted(question)));
    }
    Map<Integer, List<List<Integer>>> tokens = new HashMap<>();
    ManagedChannel channel = channel(stack.lmPort());
    try {
      LanguageModelGrpc.newBlockingStub(channel)
          .generate(request.build())
          .forEachRemaining(
              reply ->
                  tokens
                      .computeIfAbsent(
                          reply.getPrompt(), p -> List.of(new ArrayList<>(), new ArrayList<>()))
                      .get(reply.getSetting())
                      .add(reply.getTokenId()));
    } finally {
      channel.shutdownNow();
    }
    for (int i = 0; i < base.size(); i++) {
      assertThat(tokens.get(i).get(0)).as("base %d", i).isEqualTo(ids(base.get(i)));
      assertThat(tokens.get(i).get(1)).as("kNN %d", i).isEqualTo(ids(knn.get(i)));
    }
  }

  private static List<Integer> ids(JsonNode row) {
    List<Integer> ids = new ArrayList<>();
    row.get("new_ids").forEach(id -> ids.add(id.asInt()));
    return ids;
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private static JsonNode golden(String protocol) throws IOException {
    return JSON.readTree(Shared.golden("perplexity.json").toFile()).get(protocol);
  }

  private static String config(int i, String distances) {
    return String.format(
        Locale.ROOT, "knn_k%d_l%s_T%d_%s", K[i], LAMBDA[i], TEMPERATURE[i], distances);
  }

  private static void assertLosses(List<Double> ours, JsonNode config, double tolerance) {
    assertThat(ours).hasSize(config.get("window_loss64").size());
    for (int w = 0; w < ours.size(); w++) {
      assertThat(ours.get(w))
          .as("window %d", w)
          .isCloseTo(config.get("window_loss64").get(w).asDouble(), within(tolerance));
    }
  }

  private static double mean(List<Double> losses) {
    return losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static double mean(JsonNode config) {
    return IntStream.range(0, config.get("window_loss64").size())
        .mapToDouble(w -> config.get("window_loss64").get(w).asDouble())
        .average()
        .orElseThrow();
  }

  private static String evaluate(String protocol, String text, String datastore, boolean exact)
      throws Exception {
    ObjectNode run = JSON.createObjectNode();
    run.put("protocol", protocol).put("text", Shared.golden(text).toString());
    var settings = run.putArray("settings");
    for (int i = 0; i < K.length; i++) {
      settings
          .addObject()
          .put("datastore", datastore)
          .put("k", K[i])
          .put("lambda", LAMBDA[i])
          .put("temperature", TEMPERATURE[i])
          .put("exactDistances", exact);
    }
    String id = eval.start(run);
    eval.follow(id, progress -> {});
    assertThat(eval.run(id).path("state").asText())
        .as(eval.run(id).path("error").asText())
        .isEqualTo("DONE");
    return id;
  }

  /** Window losses of the base model, then of each setting. */
  private static List<List<Double>> losses(String run) throws Exception {
    JsonNode windows =
        JSON.readTree(eval.get("/api/runs/" + run + "/windows?size=1000")).get("items");
    var losses = new ArrayList<List<Double>>();
    for (int row = 0; row <= K.length; row++) {
      var column = new ArrayList<Double>();
      for (JsonNode window : windows) {
        column.add(window.get("losses").get(row).asDouble());
      }
      losses.add(column);
    }
    return losses;
  }
}
