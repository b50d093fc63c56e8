package org.knnlm.lm.grpc;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.knnlm.grpc.Errors;
import org.knnlm.lm.forward.Positions;
import org.knnlm.lm.forward.Wanted;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.Search;
import org.knnlm.lm.retrieval.Softmax;
import org.knnlm.lm.score.Target;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.proto.lm.v1.ForwardRequest;
import org.knnlm.proto.lm.v1.ForwardSequence;
import org.knnlm.proto.lm.v1.ScoreRequest;
import org.knnlm.proto.lm.v1.ScoreSequence;
import org.knnlm.proto.lm.v1.TokenizeRequest;

/**
 * Checks what comes in against the model's limits; every error is INVALID_ARGUMENT with its field.
 */
final class Requests {
  /** Most sequences in one request. */
  static final int MAX_SEQUENCES = 1024;

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

  static Wanted wanted(ForwardRequest request) {
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
    return new Wanted(state, format, request.getLogits());
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
    return new Target(tokenIds, first);
  }

  static List<Retrieval> retrievals(ScoreRequest request) {
    return IntStream.range(0, request.getRetrievalsCount())
        .mapToObj(i -> retrieval("retrievals[%d].".formatted(i), request.getRetrievals(i)))
        .toList();
  }

  private static Retrieval retrieval(String path, org.knnlm.proto.lm.v1.Retrieval retrieval) {
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
        new Search(retrieval.getDatastore(), nprobe, retrieval.getExactDistances()),
        new Softmax(retrieval.getK(), temperature),
        lambda);
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
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= model.vocabularySize()) {
        throw Errors.invalidArgument(
            field + "[%d]".formatted(i),
            "is %d, but must lie in [0, %d)".formatted(ids[i], model.vocabularySize()));
      }
    }
    return ids;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
