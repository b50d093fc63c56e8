package org.knnlm.eval.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.lm.Scores;

class WindowTokensTest {
  @Test
  void theLastTokensAreTheTargets() {
    var window =
        new WindowTokens(
            new int[] {5, 6, 7, 8},
            new Scores(new float[] {-1, -2}, List.of(new float[] {-3, -4})));
    assertThat(window.firstTarget()).isEqualTo(2);
    assertThat(window.targets()).containsExactly(7, 8);
    assertThat(window.logProbs(3)).containsExactly(-2, -4);
  }

  @Test
  void scoresThatDoNotFitAreRefused() {
    assertThatThrownBy(
            () -> new WindowTokens(new int[] {5}, new Scores(new float[] {-1}, List.of())))
        .hasMessage("1 targets in a window of 1 tokens");
    assertThatThrownBy(
            () ->
                new WindowTokens(
                    new int[] {5, 6}, new Scores(new float[] {-1}, List.of(new float[2]))))
        .hasMessage("1 and 2 log probabilities");
  }
}
