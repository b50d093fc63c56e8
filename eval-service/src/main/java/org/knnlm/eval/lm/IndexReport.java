package org.knnlm.eval.lm;

import java.util.List;

/**
 * An index as it was built.
 *
 * @param type study, fast, flat or custom; empty when unknown
 * @param factory as the faiss index factory would be told
 * @param nlist inverted lists; 0 where it has none
 * @param nprobe lists that a search visits when it does not say
 * @param bytes size of its files
 * @param bytesPerKey the same for each key
 * @param buildSeconds that training, adding and measuring took
 * @param rerankFactor r: of r k found, the k nearest by exact distance are kept; 0 for none
 * @param recallQueries stored keys that were searched for to measure the recalls; 0 for none
 * @param recalls by ascending k
 * @param warnings what was changed from the settings asked for, and why
 */
public record IndexReport(
    String type,
    String factory,
    int nlist,
    int nprobe,
    long bytes,
    double bytesPerKey,
    double buildSeconds,
    int rerankFactor,
    int recallQueries,
    List<Recall> recalls,
    List<String> warnings) {
  /**
   * The share of the k nearest keys that the index finds.
   *
   * @param k neighbours
   * @param recall mean over the queries, 0 to 1
   */
  public record Recall(int k, double recall) {}
}
