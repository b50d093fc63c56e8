package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PlacementTest {
  @Test
  void filesAreSpreadByFreeMemory() {
    assertThat(Placement.of(Map.of(0, 10L, 1, 10L, 2, 10L), Map.of(0, 25L, 1, 40L)))
        .isEqualTo(Map.of(0, 1, 1, 1, 2, 0));
  }

  @Test
  void aFileThatFitsNowhereHasNoPlace() {
    assertThat(Placement.of(Map.of(0, 30L, 1, 5L, 2, 26L), Map.of(0, 20L, 3, 26L)))
        .isEqualTo(Map.of(2, 3, 1, 0));
  }

  @Test
  void withoutGpusNothingHasAPlace() {
    assertThat(Placement.of(Map.of(0, 1L), Map.of())).isEmpty();
  }

  @Property
  void noGpuIsOverfullAndWhatIsLeftOutFitsNowhere(
      @ForAll @Size(max = 12) Map<@IntRange(max = 50) Integer, @LongRange(max = 100) Long> needed,
      @ForAll @Size(max = 4) Map<@IntRange(max = 7) Integer, @LongRange(max = 300) Long> free) {
    Map<Integer, Integer> places = Placement.of(needed, free);
    var rest = new HashMap<>(free);
    places.forEach((file, gpu) -> rest.merge(gpu, -needed.get(file), Long::sum));
    assertThat(rest.values()).allMatch(bytes -> bytes >= 0);
    Set<Integer> without = new HashSet<>(needed.keySet());
    without.removeAll(places.keySet());
    assertThat(without)
        .allMatch(file -> rest.values().stream().allMatch(bytes -> bytes < needed.get(file)));
    assertThat(Placement.of(needed, free)).isEqualTo(places);
  }
}
