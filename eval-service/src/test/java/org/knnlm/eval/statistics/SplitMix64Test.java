package org.knnlm.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitMix64Test {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 42, Long.MIN_VALUE})
  void itIsThePublishedGenerator(long seed) {
    var ours = new SplitMix64(seed);
    var theirs = new SplittableRandom(seed);
    for (int i = 0; i < 1000; i++) {
      assertThat(ours.next()).isEqualTo(theirs.nextLong());
    }
  }

  @Test
  void streamsOfASeedDiffer() {
    assertThat(IntStream.range(0, 10_000).mapToLong(i -> SplitMix64.stream(42, i).next()))
        .doesNotHaveDuplicates();
  }

  @Test
  void allNumbersBelowABoundComeUp() {
    var random = new SplitMix64(7);
    int[] seen = new int[5];
    for (int i = 0; i < 50_000; i++) {
      seen[random.below(5)]++;
    }
    assertThat(IntStream.of(seen)).allMatch(times -> Math.abs(times - 10_000) < 400);
  }
}
