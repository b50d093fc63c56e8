package org.knnlm.eval.grpc;

import static org.knnlm.eval.grpc.GrpcLanguageModel.check;

import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.lm.v1.ScoreResponse;
import org.knnlm.proto.tensor.v1.Tensor;

/** Scores out of a reply: as many as were asked for, and each the logarithm of a probability. */
final class ScoreReplies {
  /** How far rounding may lift a probability above 1. */
  private static final float ROUNDING = 1e-3f;

  private ScoreReplies() {}

  static Scores read(ScoreResponse reply, Sequence sequence, int retrievals) {
    return read(reply.getLogProbs(), reply.getRetrievalLogProbs(), sequence.targets(), retrievals);
  }

  /** Scores of so many targets, or named tokens. */
  static Scores read(Tensor logProbs, Tensor retrievalLogProbs, int targets, int retrievals) {
    float[] base = logProbs(logProbs, "log_probs", targets);
    List<float[]> mixed = new ArrayList<>();
    if (retrievals > 0) {
      float[] all = logProbs(retrievalLogProbs, "retrieval_log_probs", retrievals, targets);
      for (int i = 0; i < retrievals; i++) {
        mixed.add(Arrays.copyOfRange(all, i * targets, (i + 1) * targets));
      }
    }
    return new Scores(base, mixed);
  }

  private static float[] logProbs(Tensor tensor, String field, long... shape) {
    float[] values;
    try {
      check(
          Arrays.equals(Tensors.shape(tensor, field, shape.length), shape),
          "%s of shape %s, %s is needed"
              .formatted(field, tensor.getShapeList(), Arrays.toString(shape)));
      values = Tensors.floats(tensor, field);
    } catch (StatusRuntimeException e) {
      throw LanguageModelException.wrongAnswer("lm-service sent " + e.getStatus().getDescription());
    }
    for (float value : values) {
      if (!Float.isFinite(value) || value > ROUNDING) {
        throw LanguageModelException.wrongAnswer(
            "lm-service sent %s in %s, which is no logarithm of a probability"
                .formatted(value, field));
      }
    }
    return values;
  }
}
