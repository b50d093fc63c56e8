package org.knnlm.lm.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SequencesTest {
  @Property
  void groupsKeepTheOrderAndTheBudget(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 30) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 50) int budget) {
    List<int[]> sequences = lengths.stream().map(int[]::new).toList();
    List<Sequences> groups = Sequences.grouped(sequences, budget);
    assertThat(groups.stream().flatMap(group -> group.tokenIds().stream()).toList())
        .containsExactlyElementsOf(sequences);
    for (int i = 0; i < groups.size(); i++) {
      Sequences group = groups.get(i);
      assertThat(group.tokens() <= budget || group.tokenIds().size() == 1).isTrue();
      if (i > 0) {
        int first = group.tokenIds().getFirst().length;
        assertThat(groups.get(i - 1).tokens() + first).isGreaterThan(budget);
      }
    }
  }

  @Property
  void rowsOfASequenceFollowThoseBefore(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 9) Integer> lengths) {
    var sequences = new Sequences(lengths.stream().map(int[]::new).toList());
    int[] starts = sequences.starts();
    int expected = 0;
    for (int i = 0; i < starts.length; i++) {
      assertThat(starts[i]).isEqualTo(expected);
      expected += lengths.get(i);
    }
    assertThat(sequences.tokens()).isEqualTo(expected);
    assertThat(sequences.concatenated()).hasSize(expected);
  }
}
