package org.knnlm.lm.grpc;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.knnlm.grpc.Errors;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.forward.Positions;
import org.knnlm.lm.forward.Wanted;
import org.knnlm.lm.generate.Options;
import org.knnlm.lm.generate.Sampling;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.retrieval.Oracle;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.retrieval.Surroundings;
import org.knnlm.lm.score.Target;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.proto.lm.v1.DetokenizeRequest;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.GenerateRequest;
import org.knnlm.proto.lm.v1.NeighborsRequest;
import org.knnlm.proto.lm.v1.NextTokenRequest;
import org.knnlm.proto.lm.v1.Prompt;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/**
 * Checks what comes in against the model's limits; every error is INVALID_ARGUMENT with its field.
 */
final class Requests {
  /** Most sequences in one request. */
  static final int MAX_SEQUENCES = 1024;

  /**
   * Most sequences in one request that the tokenizer alone answers, and most ids in one of them.
   */
  private static final int MAX_DETOKENIZED = 16_384;

  /** Most tokens on one side of a neighbour's value, as index-service has it. */
  private static final int MAX_AROUND = 1024;

  /** Keeps a reply of neighbours under 4 MiB. */
  private static final int MAX_CONTEXT_TOKENS = 1 << 18;

  private final ModelInfo model;

  Requests(ModelInfo model) {
    this.model = model;
  }

  static List<String> texts(TokenizeRequest request) {
    if (request.getTextsCount() == 0) {
      throw Errors.invalidArgument("texts", "is empty, but must hold at least one text");
    }
    return request.getTextsList();
  }

  /** Sequences of any length up to the limit. */
  List<int[]> tokenized(DetokenizeRequest request) {
    int count = request.getSequencesCount();
    if (count == 0 || count > MAX_DETOKENIZED) {
      throw Errors.invalidArgument(
          "sequences", "holds %d, but must hold 1 to %d".formatted(count, MAX_DETOKENIZED));
    }
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              int[] ids = ints(request.getSequences(i).getTokenIdsList());
              String field = "sequences[%d].token_ids".formatted(i);
              if (ids.length > MAX_DETOKENIZED) {
                throw Errors.invalidArgument(
                    field,
                    "holds %d token ids, but at most %d are allowed"
                        .formatted(ids.length, MAX_DETOKENIZED));
              }
              checkVocabulary(field, ids);
              return ids;
            })
        .toList();
  }

  List<Positions> positions(ForwardRequest request) {
    checkCount(request.getSequencesCount());
    return IntStream.range(0, request.getSequencesCount())
        .mapToObj(i -> positions("sequences[%d].".formatted(i), request.getSequences(i)))
        .toList();
  }

  private Positions positions(String path, ForwardSequence sequence) {
    int[] tokenIds = tokenIds(path, sequence.getTokenIdsList());
    if (sequence.getPositionsCount() == 0) {
      return new Positions(tokenIds, ForwardPass.range(0, tokenIds.length));
    }
    int[] positions = ints(sequence.getPositionsList());
    for (int i = 0; i < positions.length; i++) {
      String field = path + "positions[%d]".formatted(i);
      if (positions[i] < 0 || positions[i] >= tokenIds.length) {
        throw Errors.invalidArgument(
            field, "is %d, but must lie in [0, %d)".formatted(positions[i], tokenIds.length));
      }
      if (i > 0 && positions[i] <= positions[i - 1]) {
        throw Errors.invalidArgument(
            field,
            "is %d after %d, but positions must ascend".formatted(positions[i], positions[i - 1]));
      }
    }
    return new Positions(tokenIds, positions);
  }

  Wanted wanted(ForwardRequest request) {
    FloatFormat format =
        switch (request.getHiddenStateDatatype()) {
          case DATA_TYPE_UNSPECIFIED, DATA_TYPE_FP32 -> FloatFormat.FP32;
          case DATA_TYPE_FP16 -> FloatFormat.FP16;
          default ->
              throw Errors.invalidArgument(
                  "hidden_state_datatype",
                  "is %s, but must be FP32 or FP16".formatted(request.getHiddenStateDatatype()));
        };
    Optional<HiddenState> state =
        switch (request.getHiddenState()) {
          case HIDDEN_STATE_UNSPECIFIED -> Optional.empty();
          case HIDDEN_STATE_LAST_FFN_INPUT -> Optional.of(HiddenState.LAST_FFN_INPUT);
          case HIDDEN_STATE_LAST_FFN_OUTPUT -> Optional.of(HiddenState.LAST_FFN_OUTPUT);
          case UNRECOGNIZED ->
              throw Errors.invalidArgument(
                  "hidden_state", "%d is unknown".formatted(request.getHiddenStateValue()));
        };
    if (state.isEmpty() && !request.getLogits()) {
      throw Errors.invalidArgument(
          "hidden_state", "neither hidden states nor logits are asked for");
    }
    return new Wanted(state, format, layers(request), request.getLogits());
  }

  private List<Integer> layers(ForwardRequest request) {
    List<Integer> layers = request.getLayersList();
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i) < 0 || layers.get(i) >= model.layers()) {
        throw Errors.invalidArgument(
            "layers[%d]".formatted(i),
            "is %d, but must lie in [0, %d)".formatted(layers.get(i), model.layers()));
      }
    }
    return layers.isEmpty() ? List.of(model.layers() - 1) : layers;
  }

  List<Target> targets(ScoreRequest request) {
    checkCount(request.getSequencesCount());
    return IntStream.range(0, request.getSequencesCount())
        .mapToObj(i -> target("sequences[%d].".formatted(i), request.getSequences(i)))
        .toList();
  }

  private Target target(String path, ScoreSequence sequence) {
    int[] tokenIds = tokenIds(path, sequence.getTokenIdsList());
    int first = sequence.getFirstTarget();
    if (first < 1 || first >= tokenIds.length) {
      throw Errors.invalidArgument(
          path + "first_target",
          "is %d, but must lie in [1, %d), the sequence having %d tokens"
              .formatted(first, tokenIds.length, tokenIds.length));
    }
    return new Target(tokenIds, first, sequence.getRight());
  }

  List<int[]> sequences(List<TokenSequence> sequences) {
    checkCount(sequences.size());
    return IntStream.range(0, sequences.size())
        .mapToObj(i -> tokenIds("sequences[%d].".formatted(i), sequences.get(i).getTokenIdsList()))
        .toList();
  }

  static Surroundings surroundings(NeighborsRequest request) {
    int k = request.getRetrieval().getK();
    if (request.getCount() < 1 || request.getCount() > k) {
      throw Errors.invalidArgument(
          "count", "is %d, but must lie in [1, k], k being %d".formatted(request.getCount(), k));
    }
    checkAround("before", request.getBefore());
    checkAround("after", request.getAfter());
    long tokens = (long) request.getCount() * (request.getBefore() + request.getAfter() + 1);
    if (tokens > MAX_CONTEXT_TOKENS) {
      throw Errors.invalidArgument(
          "count",
          "is %d, with the tokens around them %,d, but must be at most %,d"
              .formatted(request.getCount(), tokens, MAX_CONTEXT_TOKENS));
    }
    return new Surroundings(request.getCount(), request.getBefore(), request.getAfter());
  }

  private static void checkAround(String field, int tokens) {
    if (tokens < 0 || tokens > MAX_AROUND) {
      throw Errors.invalidArgument(
          field, "is %d, but must lie in [0, %d]".formatted(tokens, MAX_AROUND));
    }
  }

  /** Right tokens of each sequence; empty for none at all. */
  List<int[]> right(NextTokenRequest request, List<Retrieval> retrievals) {
    int count = request.getRightCount();
    if (count != 0 && count != request.getSequencesCount()) {
      throw Errors.invalidArgument(
          "right",
          "holds %d, but must be empty or hold one for each of %d sequences"
              .formatted(count, request.getSequencesCount()));
    }
    int most =
        retrievals.stream()
            .map(Retrieval::softmax)
            .filter(softmax -> softmax.oracle().isPresent())
            .mapToInt(Softmax::k)
            .min()
            .orElse(Integer.MAX_VALUE);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              int[] ids = ints(request.getRight(i).getTokenIdsList());
              String field = "right[%d].token_ids".formatted(i);
              if (ids.length > most) {
                throw Errors.invalidArgument(
                    field,
                    "holds %d token ids, but at most the least k with an oracle, %d, are allowed"
                        .formatted(ids.length, most));
              }
              checkVocabulary(field, ids);
              return ids;
            })
        .toList();
  }

  /** The tokens asked for; all of the vocabulary when none are named. */
  int[] tokens(NextTokenRequest request) {
    if (request.getTokenIdsCount() == 0) {
      return ForwardPass.range(0, model.vocabularySize());
    }
    int[] ids = ints(request.getTokenIdsList());
    checkVocabulary("token_ids", ids);
    return ids;
  }

  /**
   * The prompts' token ids, each with room for one more.
   *
   * @param tokenize a text
   */
  List<int[]> prompts(GenerateRequest request, Function<String, int[]> tokenize) {
    int count = request.getPromptsCount();
    if (count == 0 || count > MAX_SEQUENCES) {
      throw Errors.invalidArgument(
          "prompts", "holds %d, but must hold 1 to %d".formatted(count, MAX_SEQUENCES));
    }
    return IntStream.range(0, count)
        .mapToObj(i -> prompt("prompts[%d].".formatted(i), request.getPrompts(i), tokenize))
        .toList();
  }

  private int[] prompt(String path, Prompt prompt, Function<String, int[]> tokenize) {
    int[] ids =
        switch (prompt.getContentCase()) {
          case TEXT -> tokenize.apply(prompt.getText());
          case TOKENS -> tokenIds(path + "tokens.", prompt.getTokens().getTokenIdsList());
          case CONTENT_NOT_SET ->
              throw Errors.invalidArgument(path + "text", "neither text nor tokens are given");
        };
    if (ids.length == 0 || ids.length >= model.maxSequenceLength()) {
      throw Errors.invalidArgument(
          path + "text",
          "has %d tokens, but must have 1 to %d: the model takes %d with the continuation"
              .formatted(ids.length, model.maxSequenceLength() - 1, model.maxSequenceLength()));
    }
    return ids;
  }

  Options options(GenerateRequest request) {
    if (request.getMaxNewTokens() < 1) {
      throw Errors.invalidArgument(
          "max_new_tokens", "is %d, but must be at least 1".formatted(request.getMaxNewTokens()));
    }
    for (int i = 0; i < request.getStopCount(); i++) {
      if (request.getStop(i).isEmpty()) {
        throw Errors.invalidArgument("stop[%d]".formatted(i), "is empty");
      }
    }
    return new Options(
        request.getMaxNewTokens(),
        request.hasSampling() ? sampling(request.getSampling()) : Sampling.GREEDY,
        request.getStopList(),
        request.getIgnoreEos() ? OptionalInt.empty() : model.eosTokenId());
  }

  private static Sampling sampling(org.knnlm.proto.lm.v1.Sampling sampling) {
    float temperature = sampling.getTemperature();
    if (!(temperature >= 0 && Float.isFinite(temperature))) {
      throw Errors.invalidArgument(
          "sampling.temperature",
          "is %s, but must be finite and at least 0".formatted(temperature));
    }
    if (sampling.getTopK() < 0) {
      throw Errors.invalidArgument(
          "sampling.top_k", "is %d, but must be at least 0".formatted(sampling.getTopK()));
    }
    float topP = sampling.getTopP();
    if (!(topP >= 0 && topP <= 1)) {
      throw Errors.invalidArgument(
          "sampling.top_p", "is %s, but must lie in [0, 1]".formatted(topP));
    }
    return new Sampling(temperature, sampling.getTopK(), topP == 0 ? 1 : topP, sampling.getSeed());
  }

  /** What is right is not known of a text that is yet to be written. */
  static List<Retrieval> retrievalsOfGenerate(
      List<org.knnlm.proto.lm.v1.Retrieval> retrievals, Passes passes) {
    for (int i = 0; i < retrievals.size(); i++) {
      if (retrievals.get(i).hasOracle()) {
        throw Errors.invalidArgument(
            "retrievals[%d].oracle".formatted(i), "is set, but Generate takes no oracle");
      }
    }
    return retrievals(retrievals, passes);
  }

  static List<Retrieval> retrievals(
      List<org.knnlm.proto.lm.v1.Retrieval> retrievals, Passes passes) {
    return IntStream.range(0, retrievals.size())
        .mapToObj(i -> retrieval("retrievals[%d].".formatted(i), retrievals.get(i), passes))
        .toList();
  }

  static Passes passes(boolean own) {
    return own ? Passes.OWN : Passes.SHARED;
  }

  static Retrieval retrieval(
      String path, org.knnlm.proto.lm.v1.Retrieval retrieval, Passes passes) {
    if (retrieval.getDatastore().isEmpty()) {
      throw Errors.invalidArgument(path + "datastore", "is empty, but must name a datastore");
    }
    if (retrieval.getK() < 1) {
      throw Errors.invalidArgument(
          path + "k", "is %d, but must be at least 1".formatted(retrieval.getK()));
    }
    float temperature = retrieval.getTemperature();
    if (!(temperature > 0 && Float.isFinite(temperature))) {
      throw Errors.invalidArgument(
          path + "temperature",
          "is %s, but must be finite and greater than 0".formatted(temperature));
    }
    float lambda = retrieval.getLambda();
    if (!(lambda >= 0 && lambda <= 1)) {
      throw Errors.invalidArgument(
          path + "lambda", "is %s, but must lie in [0, 1]".formatted(lambda));
    }
    if (retrieval.hasNprobe() && retrieval.getNprobe() < 1) {
      throw Errors.invalidArgument(
          path + "nprobe", "is %d, but must be at least 1".formatted(retrieval.getNprobe()));
    }
    OptionalInt nprobe =
        retrieval.hasNprobe() ? OptionalInt.of(retrieval.getNprobe()) : OptionalInt.empty();
    return new Retrieval(
        new Search(
            retrieval.getDatastore(), nprobe, retrieval.getExactDistances(), passes == Passes.OWN),
        new Softmax(
            retrieval.getK(),
            temperature,
            retrieval.hasOracle()
                ? Optional.of(oracle(path + "oracle", retrieval.getOracle(), retrieval.getK()))
                : Optional.empty()),
        lambda);
  }

  private static Oracle oracle(String field, org.knnlm.proto.lm.v1.Oracle oracle, int k) {
    return switch (oracle.getPlaceCase()) {
      case RANK -> {
        if (oracle.getRank() < 1 || oracle.getRank() > k) {
          throw Errors.invalidArgument(
              field + ".rank",
              "is %d, but must lie in [1, k], k being %d".formatted(oracle.getRank(), k));
        }
        yield new Oracle.Rank(oracle.getRank());
      }
      case DISTANCE -> {
        try {
          yield new Oracle.Distance(oracle.getDistance());
        } catch (IllegalArgumentException e) {
          throw Errors.invalidArgument(field + ".distance", e.getMessage());
        }
      }
      case PLACE_NOT_SET ->
          throw Errors.invalidArgument(field, "has neither rank nor distance, but must have one");
    };
  }

  private static void checkCount(int sequences) {
    if (sequences == 0) {
      throw Errors.invalidArgument("sequences", "is empty, but must hold at least one sequence");
    }
    if (sequences > MAX_SEQUENCES) {
      throw Errors.invalidArgument(
          "sequences", "holds %d, but at most %d are allowed".formatted(sequences, MAX_SEQUENCES));
    }
  }

  private int[] tokenIds(String path, List<Integer> list) {
    String field = path + "token_ids";
    if (list.isEmpty()) {
      throw Errors.invalidArgument(field, "is empty, but must hold at least one token id");
    }
    if (list.size() > model.maxSequenceLength()) {
      throw Errors.invalidArgument(
          field,
          "holds %d token ids, but the model takes at most %d"
              .formatted(list.size(), model.maxSequenceLength()));
    }
    int[] ids = ints(list);
    checkVocabulary(field, ids);
    return ids;
  }

  private void checkVocabulary(String field, int[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= model.vocabularySize()) {
        throw Errors.invalidArgument(
            field + "[%d]".formatted(i),
            "is %d, but must lie in [0, %d)".formatted(ids[i], model.vocabularySize()));
      }
    }
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
