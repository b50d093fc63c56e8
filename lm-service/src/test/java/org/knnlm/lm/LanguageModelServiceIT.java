package org.knnlm.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableList;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.grpc.Errors;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.Softmax;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.DetokenizeResponse;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardResponse;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.GenerateResponse;
import org.knnlm.proto.lm.v1.GenerateResponse.FinishReason;
import org.knnlm.proto.lm.v1.HiddenState;
import org.knnlm.proto.lm.v1.InfoRequest;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.NextTokenResponse;
import org.knnlm.proto.lm.v1.Oracle;
import org.knnlm.proto.lm.v1.Prompt;
import org.knnlm.proto.lm.v1.Retrieval;
import org.knnlm.proto.lm.v1.Sampling;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreResponse;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;
import org.knnlm.proto.lm.v1.TokenizeResponse;
import org.knnlm.proto.tensor.v1.DataType;

/** The packaged service on a small checkpoint, with exhaustive search behind it. */
class LanguageModelServiceIT {
  private static final int HIDDEN = 48;
  private static final int VOCABULARY = 96;

  private static ExhaustiveIndex index;
  private static ServiceProcess service;
  private static int[][] sequences;

  @BeforeAll
  static void start() throws IOException {
    var checkpoint = Fixtures.llama("gqa");
    sequences = Fixtures.sequences(checkpoint);
    float[] keys = Fixtures.expected(checkpoint, 0, "ffn_output");
    int[] values = new int[sequences[0].length];
    for (int i = 0; i < values.length; i++) {
      keys[i * HIDDEN + i % HIDDEN] += 0.5f;
      values[i] = sequences[0][(i + i % 3) % values.length];
    }
    index =
        new ExhaustiveIndex(
            DescribeResponse.newBuilder()
                .setNumKeys(values.length)
                .setDimension(HIDDEN)
                .setKey(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT)
                .build(),
            keys,
            values);
    service =
        ServiceProcess.start(
            Map.of(
                "knnlm.model.path",
                checkpoint.toString(),
                "knnlm.model.id",
                "tiny",
                "knnlm.model.threads",
                "1",
                "quarkus.grpc.clients.index.port",
                Integer.toString(index.port())));
  }

  @AfterAll
  static void stop() {
    service.close();
    index.close();
  }

  private static ScoreSequence.Builder scored(int[] ids, int firstTarget) {
    return ScoreSequence.newBuilder()
        .addAllTokenIds(Arrays.stream(ids).boxed().toList())
        .setFirstTarget(firstTarget);
  }

  private static Retrieval.Builder retrieval(int k, float temperature, float lambda) {
    return Retrieval.newBuilder()
        .setDatastore("store")
        .setK(k)
        .setTemperature(temperature)
        .setLambda(lambda);
  }

  @Test
  void scoresEqualTheDenseMixtureOfTheModelAndItsNeighbours() {
    List<Retrieval> retrievals =
        List.of(
            retrieval(8, 3, 0.25f).build(),
            retrieval(37, 10, 0.1f).build(),
            retrieval(8, 3, 1).build(),
            retrieval(8, 3, 0).build());
    var request =
        ScoreRequest.newBuilder()
            .addSequences(scored(sequences[0], 1))
            .addSequences(scored(sequences[1], 4))
            .addAllRetrievals(retrievals);
    int before = index.asked.size();
    List<ScoreResponse> replies = ImmutableList.copyOf(service.stub().score(request.build()));
    assertThat(index.asked).hasSize(before + 1);
    assertThat(replies).extracting(ScoreResponse::getSequence).containsExactly(0, 1);
    for (int i = 0; i < 2; i++) {
      int first = request.getSequences(i).getFirstTarget();
      checkMixture(replies.get(i), i, first, retrievals);
    }
  }

  private static void checkMixture(
      ScoreResponse reply, int sequence, int first, List<Retrieval> retrievals) {
    int[] ids = sequences[sequence];
    int targets = ids.length - first;
    float[] states = Fixtures.expected(Fixtures.llama("gqa"), sequence, "ffn_output");
    float[] logProbs = Tensors.floats(reply.getLogProbs(), "log_probs");
    float[] knn = Tensors.floats(reply.getRetrievalProbs(), "retrieval_probs");
    float[] mixed = Tensors.floats(reply.getRetrievalLogProbs(), "retrieval_log_probs");
    assertThat(reply.getLogProbs().getShapeList()).containsExactly((long) targets);
    assertThat(reply.getRetrievalLogProbs().getShapeList())
        .containsExactly((long) retrievals.size(), (long) targets);
    for (int t = 0; t < targets; t++) {
      double lm = Math.exp(logProb(sequence, first + t));
      assertThat(Math.exp(logProbs[t])).isCloseTo(lm, within(1e-4));
      for (int r = 0; r < retrievals.size(); r++) {
        Retrieval retrieval = retrievals.get(r);
        var softmax =
            Softmax.newBuilder()
                .setK(retrieval.getK())
                .setTemperature(retrieval.getTemperature())
                .build();
        double pKnn = index.probability(states, (first + t - 1) * HIDDEN, softmax, ids[first + t]);
        double p = retrieval.getLambda() * pKnn + (1 - (double) retrieval.getLambda()) * lm;
        assertThat((double) knn[r * targets + t]).isCloseTo(pKnn, within(1e-4));
        assertThat(Math.exp(mixed[r * targets + t])).isCloseTo(p, within(1e-4));
        assertThat(mixed[r * targets + t] == -10_000).isEqualTo((float) p == 0);
      }
    }
  }

  @Test
  void nextTokensAreTheDistributionsThatScoresAreOf() {
    List<Retrieval> retrievals = List.of(retrieval(8, 3, 0.25f).build());
    int[] ids = sequences[0];
    ScoreResponse scores =
        service
            .stub()
            .score(
                ScoreRequest.newBuilder()
                    .addSequences(scored(ids, 20))
                    .addAllRetrievals(retrievals)
                    .build())
            .next();
    float[] base = Tensors.floats(scores.getLogProbs(), "log_probs");
    float[] mixed = Tensors.floats(scores.getRetrievalLogProbs(), "retrieval_log_probs");
    var request = NextTokenRequest.newBuilder().addAllRetrievals(retrievals);
    for (int t = 20; t < ids.length; t++) {
      request.addSequences(tokens(Arrays.copyOf(ids, t)));
    }
    List<NextTokenResponse> replies =
        ImmutableList.copyOf(service.stub().nextToken(request.build()));
    assertThat(replies).hasSize(ids.length - 20);
    for (int i = 0; i < replies.size(); i++) {
      assertThat(replies.get(i).getSequence()).isEqualTo(i);
      assertThat(replies.get(i).getLogProbs().getShapeList()).containsExactly((long) VOCABULARY);
      float[] all = Tensors.floats(replies.get(i).getLogProbs(), "log_probs");
      float[] allMixed =
          Tensors.floats(replies.get(i).getRetrievalLogProbs(), "retrieval_log_probs");
      assertThat(all[ids[20 + i]]).isCloseTo(base[i], within(1e-4f));
      assertThat(allMixed[ids[20 + i]]).isCloseTo(mixed[i], within(1e-4f));
      assertThat(sumOfExponentials(allMixed)).isCloseTo(1, within(1e-4));
    }

    float[] named =
        Tensors.floats(
            service
                .stub()
                .nextToken(
                    request
                        .clone()
                        .clearSequences()
                        .addSequences(tokens(ids))
                        .addTokenIds(7)
                        .build())
                .next()
                .getLogProbs(),
            "log_probs");
    assertThat(named).hasSize(1);
  }

  private static double sumOfExponentials(float[] logProbs) {
    double sum = 0;
    for (float logProb : logProbs) {
      sum += Math.exp(logProb);
    }
    return sum;
  }

  private static TokenSequence tokens(int[] ids) {
    return TokenSequence.newBuilder().addAllTokenIds(Arrays.stream(ids).boxed().toList()).build();
  }

  @Test
  void generatesFromTextAndTokensAlike() {
    var request =
        GenerateRequest.newBuilder()
            .addPrompts(Prompt.newBuilder().setText("w5 w6 w7"))
            .addPrompts(Prompt.newBuilder().setTokens(tokens(new int[] {1, 5, 6, 7})))
            .addRetrievals(retrieval(8, 3, 0.9f))
            .setMaxNewTokens(6)
            .setIgnoreEos(true)
            .build();
    Map<String, List<Integer>> continuations = new TreeMap<>();
    List<GenerateResponse> replies = ImmutableList.copyOf(service.stub().generate(request));
    for (GenerateResponse reply : replies) {
      continuations
          .computeIfAbsent(reply.getPrompt() + "." + reply.getSetting(), k -> new ArrayList<>())
          .add(reply.getTokenId());
    }
    assertThat(continuations.keySet()).containsExactly("0.0", "0.1", "1.0", "1.1");
    assertThat(continuations.get("0.0")).hasSize(6).isEqualTo(continuations.get("1.0"));
    assertThat(continuations.get("0.1")).hasSize(6).isEqualTo(continuations.get("1.1"));
    assertThat(replies)
        .filteredOn(r -> r.getFinishReason() == FinishReason.FINISH_REASON_LENGTH)
        .hasSize(4);
    String text =
        replies.stream()
            .filter(r -> r.getPrompt() == 0 && r.getSetting() == 0)
            .map(GenerateResponse::getText)
            .collect(Collectors.joining());
    assertThat(text.strip().split("\\s+")).hasSize(6).allMatch(word -> word.matches("w\\d+"));
  }

  @Test
  void badGenerationsNameTheFieldAtFault() {
    var fine =
        GenerateRequest.newBuilder()
            .addPrompts(Prompt.newBuilder().setText("w5"))
            .setMaxNewTokens(1)
            .build();
    assertBadGeneration("prompts", fine.toBuilder().clearPrompts());
    assertBadGeneration("prompts[1].text", fine.toBuilder().addPrompts(Prompt.newBuilder()));
    assertBadGeneration(
        "prompts[1].tokens.token_ids[0]",
        fine.toBuilder().addPrompts(Prompt.newBuilder().setTokens(tokens(new int[] {96}))));
    assertBadGeneration(
        "prompts[1].text",
        fine.toBuilder().addPrompts(Prompt.newBuilder().setTokens(tokens(new int[64]))));
    assertBadGeneration("max_new_tokens", fine.toBuilder().clearMaxNewTokens());
    assertBadGeneration("stop[0]", fine.toBuilder().addStop(""));
    assertBadGeneration(
        "sampling.temperature",
        fine.toBuilder().setSampling(Sampling.newBuilder().setTemperature(-1)));
    assertBadGeneration(
        "sampling.top_p", fine.toBuilder().setSampling(Sampling.newBuilder().setTopP(1.5f)));
    assertBadGeneration(
        "sampling.top_k", fine.toBuilder().setSampling(Sampling.newBuilder().setTopK(-1)));
    assertBadGeneration("retrievals[0].lambda", fine.toBuilder().addRetrievals(retrieval(8, 3, 2)));
    assertBadGeneration(
        "retrievals[0].oracle",
        fine.toBuilder()
            .addRetrievals(retrieval(8, 3, 1).setOracle(Oracle.newBuilder().setRank(1))));
    assertThat(service.stub().generate(fine).hasNext()).isTrue();
  }

  private static void assertBadGeneration(String field, GenerateRequest.Builder request) {
    var error =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> service.stub().generate(request.build()).next());
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(Errors.fields(error)).as(error.getMessage()).containsExactly(field);
  }

  /** From Hugging Face's logits. */
  private static double logProb(int sequence, int target) {
    float[] logits = Fixtures.expected(Fixtures.llama("gqa"), sequence, "logits");
    int row = (target - 1) * VOCABULARY;
    double sum = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      sum += Math.exp(logits[row + v]);
    }
    return logits[row + sequences[sequence][target]] - Math.log(sum);
  }

  @Test
  void nprobeAndExactDistancesReachTheIndex() {
    int before = index.asked.size();
    var request =
        ScoreRequest.newBuilder()
            .addSequences(scored(sequences[1], 1))
            .addRetrievals(retrieval(8, 3, 0.25f).setNprobe(5))
            .addRetrievals(retrieval(8, 3, 0.25f).setExactDistances(true))
            .addRetrievals(retrieval(4, 3, 0.5f).setNprobe(5));
    assertThat(ImmutableList.copyOf(service.stub().score(request.build()))).hasSize(1);
    assertThat(index.asked.subList(before, index.asked.size()))
        .satisfiesExactly(
            asked -> {
              assertThat(asked.getNprobe()).isEqualTo(5);
              assertThat(asked.getExactDistances()).isFalse();
              assertThat(asked.getSoftmaxesList()).extracting(Softmax::getK).containsExactly(8, 4);
            },
            asked -> {
              assertThat(asked.hasNprobe()).isFalse();
              assertThat(asked.getExactDistances()).isTrue();
            });
  }

  /** More sequences than go through the model at once; their order must hold. */
  @Test
  void manySequencesComeBackInOrder() {
    int[] ids = new int[60];
    Arrays.setAll(ids, i -> 3 + i);
    var request = ScoreRequest.newBuilder().addRetrievals(retrieval(8, 3, 0.25f));
    for (int i = 0; i < 100; i++) {
      request.addSequences(scored(Arrays.copyOf(ids, 2 + i % 59), 1));
    }
    List<ScoreResponse> replies = ImmutableList.copyOf(service.stub().score(request.build()));
    assertThat(replies)
        .extracting(ScoreResponse::getSequence)
        .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
    for (int i = 0; i < 100; i++) {
      assertThat(replies.get(i).getLogProbs().getShape(0)).isEqualTo(1 + i % 59);
      float[] shorter = Tensors.floats(replies.get(i).getRetrievalLogProbs(), "");
      float[] longest = Tensors.floats(replies.get(58).getRetrievalLogProbs(), "");
      assertThat(Fixtures.largestDifference(shorter, Arrays.copyOf(longest, shorter.length)))
          .isLessThan(1e-4);
    }
  }

  @Test
  void tokenizesInOrder() {
    var request = TokenizeRequest.newBuilder().addTexts("w3 w4").addTexts("").addTexts("w5 é🦙 w6");
    assertThat(tokenize(request))
        .containsExactly(List.of(1, 3, 4), List.of(1), List.of(1, 5, 0, 6));
    assertThat(tokenize(request.setWithoutSpecialTokens(true)))
        .containsExactly(List.of(3, 4), List.of(), List.of(5, 0, 6));
  }

  @Test
  void aLongTextComesInSeveralReplies() {
    var request = TokenizeRequest.newBuilder().addTexts("w7 ".repeat(1_500_000)).addTexts("w8");
    Iterator<TokenizeResponse> replies = service.stub().tokenize(request.build());
    int first = 0;
    int count = 0;
    TokenizeResponse last = null;
    while (replies.hasNext()) {
      last = replies.next();
      assertThat(last.getSerializedSize()).isLessThan(4 << 20);
      if (last.getText() == 0) {
        first += last.getTokenIdsCount();
        count++;
      }
    }
    assertThat(first).isEqualTo(1_500_001);
    assertThat(count).isGreaterThan(1);
    assertThat(last.getTokenIdsList()).containsExactly(1, 8);
  }

  @Test
  void detokenizesWhatItTokenized() {
    var request = DetokenizeRequest.newBuilder();
    for (int[] ids : new int[][] {{1, 3, 95, 4}, {}, {1}, {7}}) {
      request.addSequences(tokens(ids));
    }
    assertThat(detokenize(request)).containsExactly("w3 w95 w4", "", "", "w7");
    assertThat(detokenize(request.setWithSpecialTokens(true)))
        .containsExactly("<s> w3 w95 w4", "", "<s>", "w7");
  }

  private static List<String> detokenize(DetokenizeRequest.Builder request) {
    List<String> texts = new ArrayList<>();
    Iterator<DetokenizeResponse> replies = service.stub().detokenize(request.build());
    while (replies.hasNext()) {
      DetokenizeResponse reply = replies.next();
      assertThat(reply.getSequence()).isEqualTo(texts.size());
      texts.add(reply.getText());
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, VOCABULARY})
  void aTokenThatTheModelLacksIsNoText(int id) {
    assertInvalid(
        "sequences[1].token_ids[2]",
        "is %d, but must lie in [0, 96)".formatted(id),
        () ->
            detokenize(
                DetokenizeRequest.newBuilder()
                    .addSequences(tokens(new int[] {3}))
                    .addSequences(tokens(new int[] {3, 4, id}))));
  }

  @Test
  void whatIsDetokenizedAtOnceHasALimit() {
    assertInvalid(
        "sequences",
        "holds 0, but must hold 1 to 16384",
        () -> detokenize(DetokenizeRequest.newBuilder()));
    assertInvalid(
        "sequences",
        "holds 16385, but must hold 1 to 16384",
        () ->
            detokenize(
                DetokenizeRequest.newBuilder()
                    .addAllSequences(Collections.nCopies(16_385, tokens(new int[] {3})))));
    assertInvalid(
        "sequences[0].token_ids",
        "holds 16385 token ids, but at most 16384 are allowed",
        () -> detokenize(DetokenizeRequest.newBuilder().addSequences(tokens(new int[16_385]))));
  }

  private static List<List<Integer>> tokenize(TokenizeRequest.Builder request) {
    List<List<Integer>> texts = new ArrayList<>();
    Iterator<TokenizeResponse> replies = service.stub().tokenize(request.build());
    while (replies.hasNext()) {
      TokenizeResponse reply = replies.next();
      assertThat(reply.getText()).isEqualTo(texts.size());
      texts.add(reply.getTokenIdsList());
    }
    return texts;
  }

  @Test
  void forwardReturnsWhatHuggingFaceComputes() {
    var request =
        ForwardRequest.newBuilder()
            .addSequences(
                ForwardSequence.newBuilder()
                    .addAllTokenIds(Arrays.stream(sequences[0]).boxed().toList()))
            .setHiddenState(HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT)
            .setLogits(true);
    ForwardResponse reply =
        ImmutableList.copyOf(service.stub().forward(request.build())).getFirst();
    var checkpoint = Fixtures.llama("gqa");
    assertThat(
            Fixtures.largestDifference(
                Tensors.floats(reply.getLogits(), "logits"),
                Fixtures.expected(checkpoint, 0, "logits")))
        .isLessThan(1e-4);
    assertThat(
            Fixtures.largestDifference(
                Tensors.floats(reply.getHiddenStates(), "hidden_states"),
                Fixtures.expected(checkpoint, 0, "ffn_output")))
        .isLessThan(1e-4);
  }

  static Stream<Arguments> badForwards() {
    var good = ForwardSequence.newBuilder().addTokenIds(3).addTokenIds(4);
    ForwardRequest.Builder request = ForwardRequest.newBuilder().addSequences(good).setLogits(true);
    return Stream.of(
        Arguments.of(
            "sequences",
            "is empty, but must hold at least one sequence",
            request.clone().clearSequences()),
        Arguments.of(
            "sequences",
            "holds 1025, but at most 1024 are allowed",
            request.clone().addAllSequences(Collections.nCopies(1024, good.build()))),
        Arguments.of(
            "sequences[1].token_ids",
            "is empty, but must hold at least one token id",
            request.clone().addSequences(ForwardSequence.newBuilder())),
        Arguments.of(
            "sequences[1].token_ids",
            "holds 65 token ids, but the model takes at most 64",
            request
                .clone()
                .addSequences(
                    ForwardSequence.newBuilder().addAllTokenIds(Collections.nCopies(65, 3)))),
        Arguments.of(
            "sequences[1].token_ids[2]",
            "is 96, but must lie in [0, 96)",
            request.clone().addSequences(good.clone().addTokenIds(96))),
        Arguments.of(
            "sequences[1].token_ids[2]",
            "is -1, but must lie in [0, 96)",
            request.clone().addSequences(good.clone().addTokenIds(-1))),
        Arguments.of(
            "sequences[1].positions[1]",
            "is 2, but must lie in [0, 2)",
            request.clone().addSequences(good.clone().addPositions(0).addPositions(2))),
        Arguments.of(
            "sequences[1].positions[1]",
            "is 1 after 1, but positions must ascend",
            request.clone().addSequences(good.clone().addPositions(1).addPositions(1))),
        Arguments.of(
            "hidden_state",
            "neither hidden states nor logits are asked for",
            request.clone().setLogits(false)),
        Arguments.of("hidden_state", "7 is unknown", request.clone().setHiddenStateValue(7)),
        Arguments.of(
            "hidden_state_datatype",
            "is DATA_TYPE_INT64, but must be FP32 or FP16",
            request.clone().setHiddenStateDatatype(DataType.DATA_TYPE_INT64)));
  }

  @ParameterizedTest
  @MethodSource("badForwards")
  void badForwardsNameTheFieldAtFault(
      String field, String problem, ForwardRequest.Builder request) {
    assertInvalid(
        field, problem, () -> ImmutableList.copyOf(service.stub().forward(request.build())));
  }

  static Stream<Arguments> badScores() {
    ScoreRequest.Builder request =
        ScoreRequest.newBuilder()
            .addSequences(scored(new int[] {3, 4}, 1))
            .addRetrievals(retrieval(8, 3, 0.5f));
    return Stream.of(
        Arguments.of(
            "sequences",
            "is empty, but must hold at least one sequence",
            request.clone().clearSequences()),
        Arguments.of(
            "sequences[1].first_target",
            "is 0, but must lie in [1, 2)",
            request.clone().addSequences(scored(new int[] {3, 4}, 0))),
        Arguments.of(
            "sequences[1].first_target",
            "is 2, but must lie in [1, 2)",
            request.clone().addSequences(scored(new int[] {3, 4}, 2))),
        Arguments.of(
            "sequences[1].token_ids[1]",
            "is 400, but must lie in [0, 96)",
            request.clone().addSequences(scored(new int[] {3, 400}, 1))),
        Arguments.of(
            "retrievals[1].datastore",
            "is empty, but must name a datastore",
            request.clone().addRetrievals(retrieval(8, 3, 0.5f).clearDatastore())),
        Arguments.of(
            "retrievals[1].k",
            "is 0, but must be at least 1",
            request.clone().addRetrievals(retrieval(0, 3, 0.5f))),
        Arguments.of(
            "retrievals[1].k",
            "38 exceeds the 37 keys of datastore store",
            request.clone().addRetrievals(retrieval(38, 3, 0.5f))),
        Arguments.of(
            "retrievals[1].temperature",
            "is 0.0, but must be finite and greater than 0",
            request.clone().addRetrievals(retrieval(8, 0, 0.5f))),
        Arguments.of(
            "retrievals[1].temperature",
            "is NaN, but must be finite and greater than 0",
            request.clone().addRetrievals(retrieval(8, Float.NaN, 0.5f))),
        Arguments.of(
            "retrievals[1].temperature",
            "is Infinity, but must be finite and greater than 0",
            request.clone().addRetrievals(retrieval(8, Float.POSITIVE_INFINITY, 0.5f))),
        Arguments.of(
            "retrievals[1].lambda",
            "is 1.5, but must lie in [0, 1]",
            request.clone().addRetrievals(retrieval(8, 3, 1.5f))),
        Arguments.of(
            "retrievals[1].lambda",
            "is -0.1, but must lie in [0, 1]",
            request.clone().addRetrievals(retrieval(8, 3, -0.1f))),
        Arguments.of(
            "retrievals[1].lambda",
            "is NaN, but must lie in [0, 1]",
            request.clone().addRetrievals(retrieval(8, 3, Float.NaN))),
        Arguments.of(
            "retrievals[1].nprobe",
            "is 0, but must be at least 1",
            request.clone().addRetrievals(retrieval(8, 3, 0.5f).setNprobe(0))),
        Arguments.of(
            "retrievals[1].oracle",
            "has neither rank nor distance, but must have one",
            request.clone().addRetrievals(oracle(Oracle.newBuilder()))),
        Arguments.of(
            "retrievals[1].oracle.rank",
            "is 9, but must lie in [1, k], k being 8",
            request.clone().addRetrievals(oracle(Oracle.newBuilder().setRank(9)))),
        Arguments.of(
            "retrievals[1].oracle.distance",
            "distance is NaN, but must be finite and at least 0",
            request.clone().addRetrievals(oracle(Oracle.newBuilder().setDistance(Float.NaN)))));
  }

  private static Retrieval.Builder oracle(Oracle.Builder oracle) {
    return retrieval(8, 3, 0.5f).setOracle(oracle);
  }

  @Test
  void whatIsRightReachesTheIndex() {
    var told = oracle(Oracle.newBuilder().setRank(2));
    var request =
        ScoreRequest.newBuilder()
            .addSequences(scored(new int[] {3, 4, 5}, 1))
            .addSequences(scored(new int[] {3, 4}, 1).setRight(true))
            .addRetrievals(told)
            .build();
    assertThat(ImmutableList.copyOf(service.stub().score(request))).hasSize(2);
    var asked = index.asked.getLast();
    assertThat(asked.getRightList()).containsExactly(false, false, true);
    assertThat(asked.getSoftmaxes(0).getOracle().getRank()).isEqualTo(2);
    assertInvalid(
        "right",
        "holds 1, but must be empty or hold one for each of 2 sequences",
        () ->
            ImmutableList.copyOf(
                service
                    .stub()
                    .nextToken(
                        NextTokenRequest.newBuilder()
                            .addSequences(tokens(new int[] {3}))
                            .addSequences(tokens(new int[] {4}))
                            .addRight(tokens(new int[] {5}))
                            .addRetrievals(told)
                            .build())));
  }

  @ParameterizedTest
  @MethodSource("badScores")
  void badScoresNameTheFieldAtFault(String field, String problem, ScoreRequest.Builder request) {
    assertInvalid(
        field, problem, () -> ImmutableList.copyOf(service.stub().score(request.build())));
  }

  @Test
  void nothingToTokenizeIsAnError() {
    assertInvalid(
        "texts",
        "is empty, but must hold at least one text",
        () -> ImmutableList.copyOf(service.stub().tokenize(TokenizeRequest.getDefaultInstance())));
  }

  private static void assertInvalid(
      String field, String problem, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    var e = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(Errors.fields(e)).containsExactly(field);
    assertThat(e.getStatus().getDescription()).startsWith(field + ": " + problem);
    assertThat(service.stub().info(InfoRequest.getDefaultInstance()).getModelId())
        .isEqualTo("tiny");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "foreign"})
  void aDatastoreThatCannotServeIsAnErrorWithItsReason(String datastore) {
    var request =
        ScoreRequest.newBuilder()
            .addSequences(scored(sequences[1], 1))
            .addRetrievals(retrieval(8, 3, 0.5f).setDatastore(datastore));
    var e =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> ImmutableList.copyOf(service.stub().score(request.build())));
    if (datastore.equals("nowhere")) {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
      assertThat(e.getStatus().getDescription()).contains("there is no datastore nowhere");
    } else {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(e.getStatus().getDescription())
          .contains("SHA-256 f00d")
          .contains(service.stub().info(InfoRequest.getDefaultInstance()).getModelSha256());
    }
  }

  @Test
  void valuesThatAreNoTokensOfTheModelAreRefused() {
    var request =
        ScoreRequest.newBuilder()
            .addSequences(scored(sequences[1], 1))
            .addRetrievals(retrieval(8, 3, 0.5f).setDatastore("babel"));
    var e =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> ImmutableList.copyOf(service.stub().score(request.build())));
    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(e.getStatus().getDescription())
        .contains("datastore babel has the token id 96", "the vocabulary of model tiny ends at 95");
  }

  @Test
  void aDeadlineIsHonoured() {
    var request = ScoreRequest.newBuilder();
    for (int i = 0; i < 1000; i++) {
      request.addSequences(scored(sequences[0], 1));
    }
    assertThatThrownBy(
            () ->
                ImmutableList.copyOf(
                    service
                        .stub()
                        .withDeadlineAfter(20, TimeUnit.MILLISECONDS)
                        .score(request.build())))
        .isInstanceOf(StatusRuntimeException.class)
        .extracting(e -> ((StatusRuntimeException) e).getStatus().getCode())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  /** Calls of every kind, some of them broken off: native memory must not grow. */
  @Test
  void memoryStaysFlat() {
    load(60);
    long before = service.residentBytes();
    load(400);
    // a leaked pass is 0.4 MB or more, 400 of them would be 160 MB
    assertThat(service.residentBytes() - before).isLessThan(60L << 20);
  }

  private static void load(int rounds) {
    var score =
        ScoreRequest.newBuilder()
            .addSequences(scored(sequences[0], 1))
            .addRetrievals(retrieval(8, 3, 0.5f))
            .build();
    var forward =
        ForwardRequest.newBuilder()
            .setLogits(true)
            .setHiddenState(HiddenState.HIDDEN_STATE_LAST_FFN_INPUT);
    for (int i = 0; i < 30; i++) {
      forward.addSequences(
          ForwardSequence.newBuilder()
              .addAllTokenIds(Arrays.stream(sequences[0]).boxed().toList()));
    }
    for (int i = 0; i < rounds; i++) {
      assertThat(ImmutableList.copyOf(service.stub().score(score))).hasSize(1);
      Context.CancellableContext context = Context.current().withCancellation();
      context.run(() -> service.stub().forward(forward.build()).next());
      context.cancel(null);
    }
  }
}
