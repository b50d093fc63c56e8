package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.DetokenizeResponse;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.HiddenState;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.InfoResponse;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreResponse;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;
import org.knnlm.proto.tensor.v1.DataType;

/** The packaged service on SmolLM2-135M, against what the public Python reference computed. */
class SmolLm2IT {
  private static final int WINDOW = 1024;
  private static final int STRIDE = 512;
  private static final int HIDDEN = 576;

  private static ServiceProcess service;
  private static List<Integer> tokens;

  @BeforeAll
  static void start() {
    SmolLm2.shared();
    service = ServiceProcess.start(Map.of("knnlm.model.path", SmolLm2.directory().toString()));
    tokens = tokenize(articles());
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
  }

  /** The evaluation text as the reference groups it: PROTOCOL.md, section 6 and quirk 5. */
  private static List<String> articles() {
    List<List<String>> articles = new ArrayList<>(List.of(new ArrayList<>()));
    for (String line : Fixtures.text(SmolLm2.golden("eval_small.txt")).lines().toList()) {
      String text = line.strip();
      if (text.startsWith("= = =") && text.endsWith("= = =")) {
        articles.add(new ArrayList<>());
      }
      if (!text.isEmpty()) {
        articles.getLast().add(text);
      }
    }
    return articles.stream().map(lines -> String.join("\n", lines)).toList();
  }

  private static List<Integer> tokenize(List<String> texts) {
    Iterator<TokenizeResponse> replies =
        service.stub().tokenize(TokenizeRequest.newBuilder().addAllTexts(texts).build());
    List<Integer> all = new ArrayList<>();
    replies.forEachRemaining(reply -> all.addAll(reply.getTokenIdsList()));
    return all;
  }

  @Test
  void saysWhatModelItServes() {
    InfoResponse info = service.stub().info(InfoRequest.getDefaultInstance());
    assertThat(info.getModelId()).isEqualTo("smollm2-135m");
    assertThat(info.getModelType()).isEqualTo("llama");
    assertThat(info.getHiddenSize()).isEqualTo(HIDDEN);
    assertThat(info.getNumLayers()).isEqualTo(30);
    assertThat(info.getVocabSize()).isEqualTo(49152);
    assertThat(info.getMaxSequenceLength()).isEqualTo(8192);
    assertThat(info.getDatatype()).isEqualTo(DataType.DATA_TYPE_FP32);
    assertThat(info.getDevice()).isEqualTo("cpu");
    assertThat(info.getBosTokenId()).isEqualTo(1);
    assertThat(info.getEosTokenId()).isEqualTo(2);
    assertThat(info.getTokenizerSha256()).matches("[0-9a-f]{64}");
    assertThat(info.getModelSha256()).matches("[0-9a-f]{64}");
    assertThat(info.getVersion()).isNotEmpty();
  }

  @Test
  void tokenizesAsTheReference() {
    JsonObject golden = golden("ppl_first_window_wikitext.json");
    assertThat(tokens).hasSize(5668);
    assertThat(tokens.subList(1, WINDOW)).isEqualTo(ints(golden.getAsJsonArray("target")));
  }

  @Test
  void detokenizesToTheSameText() {
    List<String> articles = articles();
    var request = DetokenizeRequest.newBuilder();
    articles.forEach(
        article ->
            request.addSequences(
                TokenSequence.newBuilder().addAllTokenIds(tokenize(List.of(article)))));
    assertThat(ImmutableList.copyOf(service.stub().detokenize(request.build())))
        .extracting(DetokenizeResponse::getText)
        .isEqualTo(articles);
  }

  @Test
  void windowLossesEqualTheReference() {
    JsonObject base =
        golden("perplexity.json")
            .getAsJsonObject("wikitext")
            .getAsJsonObject("configs")
            .getAsJsonObject("base");
    List<Double> expected =
        StreamSupport.stream(base.getAsJsonArray("window_loss64").spliterator(), false)
            .map(loss -> loss.getAsDouble())
            .toList();
    List<Double> losses =
        ImmutableList.copyOf(service.stub().score(windows())).stream()
            .map(SmolLm2IT::meanLoss)
            .toList();
    assertThat(losses).hasSameSizeAs(expected);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).as("window %d", i).isCloseTo(expected.get(i), within(1e-4));
    }
  }

  /** Windows of 1,024 tokens every 512, whose last tokens are targets. */
  private static ScoreRequest windows() {
    var request = ScoreRequest.newBuilder();
    int scored = 0;
    for (int begin = 0; scored < tokens.size(); begin += STRIDE) {
      int end = Math.min(begin + WINDOW, tokens.size());
      request.addSequences(
          ScoreSequence.newBuilder()
              .addAllTokenIds(tokens.subList(begin, end))
              .setFirstTarget(Math.max(1, scored - begin)));
      scored = end;
    }
    return request.build();
  }

  private static double meanLoss(ScoreResponse score) {
    float[] logProbs = Tensors.floats(score.getLogProbs(), "log_probs");
    return -IntStream.range(0, logProbs.length)
        .mapToDouble(i -> logProbs[i])
        .average()
        .orElseThrow();
  }

  @Test
  void tokenLogProbsEqualTheReference() {
    JsonObject golden = golden("ppl_first_window_wikitext.json");
    float[] expected = new float[WINDOW - 1];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = golden.getAsJsonArray("base_logp").get(i).getAsFloat();
    }
    var request =
        ScoreRequest.newBuilder()
            .addSequences(
                ScoreSequence.newBuilder()
                    .addAllTokenIds(tokens.subList(0, WINDOW))
                    .setFirstTarget(1));
    ScoreResponse reply = Iterators.getOnlyElement(service.stub().score(request.build()));
    assertThat(reply.hasRetrievalLogProbs()).isFalse();
    assertThat(reply.getTimings().getForwardMs()).isPositive();
    float[] logProbs = Tensors.floats(reply.getLogProbs(), "log_probs");
    assertThat(Fixtures.largestDifference(logProbs, expected)).isLessThan(5e-4);
  }

  @Test
  void hiddenStatesEqualTheReferencesQueries() {
    float[] expected = Fixtures.floats(SmolLm2.golden("search_queries_256x576_f32.bin"));
    var sequence = ForwardSequence.newBuilder().addAllTokenIds(tokens.subList(0, WINDOW));
    IntStream.range(0, 256).map(i -> 4 * i).forEach(sequence::addPositions);
    var request =
        ForwardRequest.newBuilder()
            .addSequences(sequence)
            .setHiddenState(HiddenState.HIDDEN_STATE_LAST_FFN_INPUT);
    ForwardResponse reply = Iterators.getOnlyElement(service.stub().forward(request.build()));
    assertThat(reply.getHiddenStates().getShapeList()).containsExactly(256L, (long) HIDDEN);
    float[] states = Tensors.floats(reply.getHiddenStates(), "hidden_states");
    assertThat(Fixtures.largestDifference(states, expected)).isLessThan(5e-4);

    ForwardResponse halves =
        Iterators.getOnlyElement(
            service
                .stub()
                .forward(request.setHiddenStateDatatype(DataType.DATA_TYPE_FP16).build()));
    float[] rounded = new float[states.length];
    for (int i = 0; i < states.length; i++) {
      rounded[i] = Float.float16ToFloat(Float.floatToFloat16(states[i]));
    }
    assertThat(Tensors.floats(halves.getHiddenStates(), "hidden_states")).isEqualTo(rounded);
  }

  @Test
  void logitsComeInPiecesThatFitAMessage() {
    List<Integer> ids = tokens.subList(0, 64);
    var request =
        ForwardRequest.newBuilder()
            .addSequences(ForwardSequence.newBuilder().addAllTokenIds(ids))
            .addSequences(ForwardSequence.newBuilder().addAllTokenIds(ids).addPositions(9))
            .setLogits(true);
    List<ForwardResponse> replies = ImmutableList.copyOf(service.stub().forward(request.build()));
    assertThat(replies).allMatch(reply -> reply.getSerializedSize() < 4 << 20);
    int row = 0;
    for (ForwardResponse reply : replies.subList(0, replies.size() - 1)) {
      assertThat(reply.getSequence()).isZero();
      assertThat(reply.getFirstRow()).isEqualTo(row);
      row += (int) reply.getLogits().getShape(0);
    }
    assertThat(row).isEqualTo(64);
    assertThat(replies.getLast().getSequence()).isEqualTo(1);
    assertThat(replies.getLast().getFirstRow()).isZero();
    assertThat(replies.getLast().getLogits().getShapeList()).containsExactly(1L, 49152L);

    float[] alone = Tensors.floats(replies.getLast().getLogits(), "logits");
    float[] ninth = logits(replies, 9);
    assertThat(Fixtures.largestDifference(alone, ninth)).isLessThan(1e-3);
    assertThat(argmax(ninth)).isNotEqualTo(argmax(logits(replies, 63)));
  }

  private static float[] logits(List<ForwardResponse> replies, int row) {
    for (ForwardResponse reply : replies) {
      long rows = reply.getLogits().getShape(0);
      if (row >= reply.getFirstRow() && row < reply.getFirstRow() + rows) {
        ByteBuffer bytes =
            reply.getLogits().getData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int size = 49152 * 4;
        return Fixtures.floats(bytes.slice((row - reply.getFirstRow()) * size, size));
      }
    }
    throw new AssertionError("no row " + row);
  }

  private static int argmax(float[] values) {
    return IntStream.range(0, values.length)
        .reduce((a, b) -> values[a] >= values[b] ? a : b)
        .orElseThrow();
  }

  private static JsonObject golden(String name) {
    return JsonParser.parseString(Fixtures.text(SmolLm2.golden(name))).getAsJsonObject();
  }

  private static List<Integer> ints(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false).map(value -> value.getAsInt()).toList();
  }
}
