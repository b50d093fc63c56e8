package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Expected: what numpy 2 draws. */
class NumpyChoiceTest {
  @Test
  void drawsWhatNumpyDraws() {
    assertThat(NumpyChoice.draw(10, 10, 42)).containsExactly(8, 1, 5, 0, 7, 2, 9, 4, 3, 6);
    assertThat(Arrays.copyOf(NumpyChoice.draw(60_000, 3000, 42), 6))
        .containsExactly(12628, 37730, 39991, 8525, 8279, 51012);
    assertThat(NumpyChoice.draw(65_536, 5, 7)).containsExactly(47803, 15466, 48560, 13259, 14555);
  }

  @Test
  void moreThanThereAreIsAllOfThem() {
    assertThat(NumpyChoice.draw(3, 5, 1)).containsExactlyInAnyOrder(0, 1, 2);
  }
}
