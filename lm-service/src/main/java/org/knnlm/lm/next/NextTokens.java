package org.knnlm.lm.next;

import java.util.ArrayList;
import java.util.List;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Done;
import org.knnlm.lm.batch.Groups;
import org.knnlm.lm.batch.ModelQueue;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.Timings;
import org.knnlm.lm.mixture.Prediction;
import org.knnlm.lm.retrieval.Distribution;
import org.knnlm.lm.retrieval.Neighbor;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.RetrievalPlan;
import org.knnlm.lm.retrieval.Surroundings;

/** Predicts the token after a sequence, base and under any number of retrieval settings. */
public final class NextTokens {
  /** Sequences of a pass: of each, a row of the vocabulary is held. */
  private static final int MAX_ROWS = 64;

  private final LanguageModel model;
  private final NeighborIndex index;

  public NextTokens(LanguageModel model, NeighborIndex index) {
    this.model = model;
    this.index = index;
  }

  /** Takes the predictions, one list a sequence, in order. */
  @FunctionalInterface
  public interface Output {
    /**
     * One sequence's.
     *
     * @param predictions of the model alone, then under each setting
     */
    void accept(int sequence, List<Prediction> predictions, Timings timings)
        throws InterruptedException;
  }

  /**
   * Predicts.
   *
   * @param right tokens that oracles put among the neighbours of each sequence; empty for none
   * @throws org.knnlm.lm.retrieval.DatastoreMismatchException when a datastore is not of this model
   * @throws org.knnlm.lm.retrieval.TooManyNeighborsException when k exceeds a datastore's keys
   * @throws org.knnlm.lm.transformer.NotFiniteException when the model computes a NaN
   */
  public void predict(
      List<int[]> sequences,
      List<int[]> right,
      List<Retrieval> retrievals,
      Passes passes,
      Output output)
      throws InterruptedException {
    var plan = new RetrievalPlan(index, model.info(), retrievals);
    int sequence = 0;
    for (List<int[]> group : Groups.of(sequences, NextTokens::share, ModelQueue.PASS_TOKENS)) {
      Done<Tails> done =
          ModelQueue.await(
              model
                  .queue()
                  .submit(new PromptWork(group, plan.hiddenStates(), passes, model.prefixes())));
      long started = System.nanoTime();
      List<int[]> ofGroup =
          right.isEmpty() ? right : right.subList(sequence, sequence + group.size());
      Distribution[][] neighbors = plan.distributions(done.value().queries(), ofGroup);
      double searchMillis = (System.nanoTime() - started) / 1e6;
      Timings timings = done.timings(1.0 / group.size(), searchMillis);
      for (int i = 0; i < group.size(); i++) {
        output.accept(
            sequence++,
            predictions(done.value().logProbs().get(i), neighbors, i, retrievals),
            timings);
      }
    }
  }

  /** Takes the neighbours after the sequences, in order. */
  @FunctionalInterface
  public interface Found {
    void accept(int sequence, List<Neighbor> neighbors) throws InterruptedException;
  }

  /**
   * Finds the neighbours of the states after sequences.
   *
   * @throws org.knnlm.lm.retrieval.DatastoreMismatchException when the datastore is not of this
   *     model
   * @throws org.knnlm.lm.retrieval.TooManyNeighborsException when k exceeds the datastore's keys
   */
  public void neighbors(
      List<int[]> sequences, Retrieval retrieval, Surroundings surroundings, Found found)
      throws InterruptedException {
    var plan = new RetrievalPlan(index, model.info(), List.of(retrieval));
    int sequence = 0;
    for (List<int[]> group : Groups.of(sequences, NextTokens::share, ModelQueue.PASS_TOKENS)) {
      Done<Tails> done =
          ModelQueue.await(
              model
                  .queue()
                  .submit(
                      new PromptWork(group, plan.hiddenStates(), Passes.SHARED, model.prefixes())));
      for (List<Neighbor> ofOne : plan.neighbors(done.value().queries(), surroundings)) {
        found.accept(sequence++, ofOne);
      }
    }
  }

  /** Tokens of a sequence, but no more than {@link #MAX_ROWS} sequences a pass. */
  private static int share(int[] tokenIds) {
    return Math.max(tokenIds.length, ModelQueue.PASS_TOKENS / MAX_ROWS);
  }

  /**
   * Of the model alone, then under each setting, at one of the positions that were searched for.
   */
  public static List<Prediction> predictions(
      float[] logProbs, Distribution[][] neighbors, int query, List<Retrieval> retrievals) {
    List<Prediction> predictions = new ArrayList<>();
    predictions.add(Prediction.of(logProbs));
    for (int r = 0; r < retrievals.size(); r++) {
      predictions.add(new Prediction(logProbs, neighbors[r][query], retrievals.get(r).lambda()));
    }
    return predictions;
  }
}
