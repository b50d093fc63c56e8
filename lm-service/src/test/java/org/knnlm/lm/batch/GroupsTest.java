package org.knnlm.lm.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class GroupsTest {
  @Property
  void groupsKeepTheOrderAndTheBudget(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 30) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 50) int budget) {
    List<List<Integer>> groups = Groups.of(lengths, length -> length, budget);
    assertThat(groups.stream().flatMap(List::stream).toList()).containsExactlyElementsOf(lengths);
    for (int i = 0; i < groups.size(); i++) {
      List<Integer> group = groups.get(i);
      assertThat(tokens(group) <= budget || group.size() == 1).isTrue();
      if (i > 0) {
        assertThat(tokens(groups.get(i - 1)) + group.getFirst()).isGreaterThan(budget);
      }
    }
  }

  private static int tokens(List<Integer> lengths) {
    return lengths.stream().mapToInt(Integer::intValue).sum();
  }
}
