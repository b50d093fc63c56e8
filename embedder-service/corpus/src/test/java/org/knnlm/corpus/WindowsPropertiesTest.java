package org.knnlm.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WindowsPropertiesTest {
  record Cut(int tokens, int size, int stride) {}

  @Provide
  Arbitrary<Cut> cuts() {
    return Arbitraries.integers()
        .between(2, 60)
        .flatMap(
            size ->
                Arbitraries.integers()
                    .between(1, size - 1)
                    .flatMap(
                        stride ->
                            Arbitraries.integers()
                                .between(0, 500)
                                .map(tokens -> new Cut(tokens, size, stride))));
  }

  @Property
  void blocksPredictEveryTokenOnce(@ForAll("cuts") Cut cut) {
    int total = cut.tokens < cut.size ? cut.tokens : cut.tokens / cut.size * cut.size;
    check(Windows.blocks(cut.tokens, cut.size, cut.stride), total, cut);
  }

  @Property
  void slidingWindowsPredictEveryTokenOnce(@ForAll("cuts") Cut cut) {
    check(Windows.sliding(cut.tokens, cut.size, cut.stride), cut.tokens, cut);
  }

  private static void check(List<Window> windows, int total, Cut cut) {
    int[] predicted = new int[total];
    for (Window window : windows) {
      assertThat(window.length()).isLessThanOrEqualTo(cut.size);
      assertThat(window.end()).isLessThanOrEqualTo(total);
      for (int target = window.firstTarget(); target < window.end(); target++) {
        predicted[target]++;
      }
    }
    int[] once = new int[total];
    Arrays.fill(once, Math.min(1, total), total, 1);
    assertThat(predicted).isEqualTo(once);
  }
}
