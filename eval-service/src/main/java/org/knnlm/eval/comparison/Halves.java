package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.knnlm.eval.statistics.SplitMix64;

/**
 * The examples of a task in two halves, one to choose a setting on and one to report it on; the
 * same for the same seed. Examples are drawn within their group. Windows of a text are not drawn:
 * neighbours are alike, so one half is the first part of the text and the other the second, and the
 * seed says which is which.
 *
 * @param choice places among the scores, ascending
 * @param report the others
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Halves(int[] choice, int[] report) {
  /**
   * Halves of scores, each of one example; an odd example is one to report on.
   *
   * @throws IncomparableRunsException when there are no two
   */
  static Halves of(TaskScores scores, TaskMetric metric, long seed) {
    int size = scores.examples().length;
    if (size < 2) {
      throw new IncomparableRunsException(
          "%s has %d examples with a score: to choose a setting on one half, 2 or more are needed"
              .formatted(metric.task(), size));
    }
    SplitMix64 random = SplitMix64.stream(seed, 0);
    if (metric.measure().isPerplexity()) {
      int[] first = IntStream.range(0, size / 2).toArray();
      int[] second = IntStream.range(size / 2, size).toArray();
      return random.below(2) == 0 ? new Halves(first, second) : new Halves(second, first);
    }
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      groups.computeIfAbsent(scores.groups()[i], group -> new ArrayList<>()).add(i);
    }
    boolean[] chosen = new boolean[size];
    int odd = 0;
    for (List<Integer> group : groups.values()) {
      for (int i = group.size() - 1; i > 0; i--) {
        Collections.swap(group, i, random.below(i + 1));
      }
      // Of groups with an odd number, every other one gives the odd example to the choice.
      int half = (group.size() + odd) / 2;
      odd ^= group.size() & 1;
      group.subList(0, half).forEach(place -> chosen[place] = true);
    }
    return new Halves(
        IntStream.range(0, size).filter(i -> chosen[i]).toArray(),
        IntStream.range(0, size).filter(i -> !chosen[i]).toArray());
  }

  TaskScores choice(TaskScores scores) {
    return at(choice, scores);
  }

  TaskScores report(TaskScores scores) {
    return at(report, scores);
  }

  private static TaskScores at(int[] places, TaskScores scores) {
    return new TaskScores(
        Arrays.stream(places).map(i -> scores.examples()[i]).toArray(),
        Arrays.stream(places).map(i -> scores.counts()[i]).toArray(),
        Arrays.stream(places).mapToObj(i -> scores.groups()[i]).toArray(String[]::new),
        Arrays.stream(places).mapToDouble(i -> scores.scores()[i]).toArray(),
        Arrays.stream(places).mapToDouble(i -> scores.weights()[i]).toArray(),
        scores.failed());
  }
}
