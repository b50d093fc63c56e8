package org.knnlm.eval.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DivisionTest {
  private static final long[] OCCURRENCES = {0, 1, 9, 10, 99_999, 100_000, 6_000_000_000L};
  private static final int[] ALL = {0, 1, 2, 3, 4, 5, 6};

  @Test
  void targetsAreSeenOrNot() {
    assertThat(Division.byPresence(ALL, OCCURRENCES)).containsExactly(0, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void bandsArePowersOfTen() {
    int[] bands = Division.byFrequency(ALL, OCCURRENCES);
    assertThat(bands).containsExactly(0, 1, 1, 2, 5, 6, 6);
    assertThat(Division.FREQUENCY.classes().get(bands[4])).isEqualTo("10000-99999");
  }

  @Test
  void aTokenBeyondTheGreatestValueDoesNotOccur() {
    assertThat(Division.byPresence(new int[] {1, 7}, OCCURRENCES)).containsExactly(1, 0);
    assertThatThrownBy(() -> Division.byFrequency(new int[] {1, -7}, OCCURRENCES))
        .hasMessage("target 1: found -7, which is no token id");
  }
}
