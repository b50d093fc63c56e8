package org.knnlm.eval.analysis;

import java.util.List;

/**
 * A division of the targets of a text into classes.
 *
 * @param name of the division, {@code frequency} for example
 * @param classes their names
 */
public record Division(String name, List<String> classes) {
  /** Whether a target occurs among the values of the datastore: {@code seen} or {@code unseen}. */
  public static final Division DATASTORE = new Division("datastore", List.of("unseen", "seen"));

  /** How often a target occurs among the values of the datastore, in powers of ten. */
  public static final Division FREQUENCY =
      new Division(
          "frequency",
          List.of("0", "1-9", "10-99", "100-999", "1000-9999", "10000-99999", "100000-"));

  /** What word a target is a part of, see {@link WordForms}. */
  public static final Division WORD = new Division("word", List.of("other", "number", "name"));

  /**
   * The class of each target in {@link #DATASTORE}.
   *
   * @param targets token ids
   * @param occurrences of each token id among the values of the datastore, up to the greatest
   */
  public static int[] byPresence(int[] targets, long[] occurrences) {
    return bands(targets, occurrences, 1);
  }

  /** The class of each target in {@link #FREQUENCY}. */
  public static int[] byFrequency(int[] targets, long[] occurrences) {
    return bands(targets, occurrences, FREQUENCY.classes.size() - 1);
  }

  private static int[] bands(int[] targets, long[] occurrences, int last) {
    int[] classes = new int[targets.length];
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] < 0) {
        throw new IllegalArgumentException(
            "target %d: found %d, which is no token id".formatted(i, targets[i]));
      }
      long found = targets[i] < occurrences.length ? occurrences[targets[i]] : 0;
      classes[i] = Math.min(digits(found), last);
    }
    return classes;
  }

  /** Decimal digits of a number, none of 0. */
  private static int digits(long number) {
    int digits = 0;
    for (long left = number; left > 0; left /= 10) {
      digits++;
    }
    return digits;
  }
}
