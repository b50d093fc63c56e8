package org.knnlm.eval.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knnlm.eval.lm.LanguageModelException;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.lm.Sequence;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.lm.v1.ScoreResponse;

class ScoreRepliesTest {
  private static final Sequence THREE_TARGETS = new Sequence(new int[] {1, 2, 3, 4}, 1);

  @Test
  void readsARowForEachSetting() {
    var reply =
        ScoreResponse.newBuilder()
            .setLogProbs(Tensors.fp32(new float[] {-1, -2, -3}, 3))
            .setRetrievalLogProbs(Tensors.fp32(new float[] {-4, -5, -6, -7, -10_000, 0}, 2, 3))
            .build();
    Scores scores = ScoreReplies.read(reply, THREE_TARGETS, 2);
    assertThat(scores.base()).containsExactly(-1, -2, -3);
    assertThat(scores.retrievals().get(0)).containsExactly(-4, -5, -6);
    assertThat(scores.retrievals().get(1)).containsExactly(-7, -10_000, 0);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, 0.5f})
  void refusesWhatIsNoLogProbability(float value) {
    var reply =
        ScoreResponse.newBuilder().setLogProbs(Tensors.fp32(new float[] {-1, value, -3}, 3));
    assertThatThrownBy(() -> ScoreReplies.read(reply.build(), THREE_TARGETS, 0))
        .isInstanceOf(LanguageModelException.class)
        .hasMessageContaining("sent %s in log_probs".formatted(value));
  }

  @Test
  void refusesAnotherNumberOfTargets() {
    var short1 = ScoreResponse.newBuilder().setLogProbs(Tensors.fp32(new float[] {-1, -2}, 2));
    assertThatThrownBy(() -> ScoreReplies.read(short1.build(), THREE_TARGETS, 0))
        .isInstanceOf(LanguageModelException.class)
        .hasMessageContaining("log_probs of shape [2], [3] is needed");
  }

  @Test
  void refusesMissingAndTornTensors() {
    var base = ScoreResponse.newBuilder().setLogProbs(Tensors.fp32(new float[] {-1, -2, -3}, 3));
    assertThatThrownBy(() -> ScoreReplies.read(base.build(), THREE_TARGETS, 1))
        .isInstanceOf(LanguageModelException.class)
        .hasMessageContaining("retrieval_log_probs");
    var torn = base.getLogProbs().toBuilder();
    torn.setData(torn.getData().substring(1));
    assertThatThrownBy(() -> ScoreReplies.read(base.setLogProbs(torn).build(), THREE_TARGETS, 0))
        .isInstanceOf(LanguageModelException.class)
        .hasMessageContaining("11 bytes");
  }
}
