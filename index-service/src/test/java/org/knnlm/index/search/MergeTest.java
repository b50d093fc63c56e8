package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.knnlm.index.knn.Neighbors;

class MergeTest {
  private record Hit(float distance, long id) {}

  private static final Comparator<Hit> ORDER =
      Comparator.comparingDouble(Hit::distance).thenComparingLong(Hit::id);

  private static List<Hit> hits(Random random, int k, long firstId) {
    var hits = new ArrayList<Hit>();
    int found = random.nextInt(k + 1);
    for (int i = 0; i < found; i++) {
      hits.add(new Hit(random.nextInt(6), firstId + i));
    }
    hits.sort(ORDER);
    return hits;
  }

  private static float[] distances(List<Hit> hits, int k) {
    float[] distances = new float[k];
    Arrays.fill(distances, Float.MAX_VALUE);
    for (int i = 0; i < hits.size(); i++) {
      distances[i] = hits.get(i).distance();
    }
    return distances;
  }

  private static long[] ids(List<Hit> hits, int k) {
    long[] ids = new long[k];
    Arrays.fill(ids, -1);
    for (int i = 0; i < hits.size(); i++) {
      ids[i] = hits.get(i).id();
    }
    return ids;
  }

  private static Found found(List<Hit> hits, int k) {
    float[] distances = distances(hits, k);
    return new Found(ids(hits, k), distances, distances);
  }

  @Property
  void keepsTheBestOfBoth(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int k) {
    Random random = new Random(seed);
    List<Hit> a = hits(random, k, 0);
    List<Hit> b = hits(random, k, 100);
    Found best = Merge.of(k, found(a, k), found(b, k));

    var all = new ArrayList<>(a);
    all.addAll(b);
    all.sort(ORDER);
    assertThat(best.ids()).isEqualTo(ids(all.subList(0, Math.min(k, all.size())), k));
  }

  @Test
  void rowsDoNotMix() {
    var a =
        new Neighbors(
            2, new long[] {0, 1, 0, 1}, new float[] {1, 5, 2, 6}, new int[] {10, 11, 12, 13});
    var b =
        new Neighbors(
            2, new long[] {7, 8, 7, 8}, new float[] {3, 4, 1, 9}, new int[] {20, 21, 22, 23});
    Neighbors best = Merge.of(a, b);
    assertThat(best.ids()).containsExactly(0, 7, 7, 0);
    assertThat(best.order()).containsExactly(1, 3, 1, 2);
    assertThat(best.distances()).containsExactly(1, 3, 1, 2);
    assertThat(best.tokens()).containsExactly(10, 20, 22, 12);
  }
}
