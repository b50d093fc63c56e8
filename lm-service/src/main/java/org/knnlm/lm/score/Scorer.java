package org.knnlm.lm.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.ModelThread;
import org.knnlm.lm.transformer.Sequences;

/**
 * Scores sequences, base and under any number of retrieval settings, from one forward pass. While
 * the neighbours of some sequences are looked for, the next ones go through the model.
 */
public final class Scorer {
  private final LanguageModel model;
  private final NeighborIndex index;

  public Scorer(LanguageModel model, NeighborIndex index) {
    this.model = model;
    this.index = index;
  }

  /** Takes the scores, one per target, in order. */
  @FunctionalInterface
  public interface Output {
    void accept(int target, Score score) throws InterruptedException;
  }

  /**
   * Scores each target under each setting.
   *
   * @throws org.knnlm.lm.retrieval.DatastoreMismatchException when a datastore is not of this model
   * @throws TooManyNeighborsException when k exceeds a datastore's keys
   * @throws org.knnlm.lm.transformer.NotFiniteException when the model computes a NaN
   */
  public void score(List<Target> targets, List<Retrieval> retrievals, Output output)
      throws InterruptedException {
    var plan = new RetrievalPlan(index, model.info(), retrievals);
    List<List<Target>> groups = grouped(targets);
    Future<GroupForward> next = submit(groups.getFirst(), plan.hiddenStates());
    int target = 0;
    try {
      for (int i = 0; i < groups.size(); i++) {
        GroupForward forward = ModelThread.await(next);
        if (i + 1 < groups.size()) {
          next = submit(groups.get(i + 1), plan.hiddenStates());
        }
        for (Score score : scores(groups.get(i), forward, plan, retrievals)) {
          output.accept(target++, score);
        }
      }
    } finally {
      next.cancel(false);
    }
  }

  private static List<List<Target>> grouped(List<Target> targets) {
    List<List<Target>> groups = new ArrayList<>();
    int start = 0;
    for (Sequences group : Sequences.grouped(targets.stream().map(Target::tokenIds).toList())) {
      int end = start + group.tokenIds().size();
      groups.add(targets.subList(start, end));
      start = end;
    }
    return groups;
  }

  private Future<GroupForward> submit(List<Target> group, Set<HiddenState> states) {
    long submitted = System.nanoTime();
    return model
        .thread()
        .submit(transformer -> GroupForward.run(transformer, group, states, submitted));
  }

  private static List<Score> scores(
      List<Target> group, GroupForward forward, RetrievalPlan plan, List<Retrieval> retrievals) {
    long started = System.nanoTime();
    float[][] probabilities = plan.targetProbabilities(forward.queries());
    double searchMillis = (System.nanoTime() - started) / 1e6;
    int groupTokens = group.stream().mapToInt(target -> target.tokenIds().length).sum();

    List<Score> scores = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < group.size(); i++) {
      Target target = group.get(i);
      int from = first;
      int to = first + target.count();
      float[] logProbs = forward.logProbs().get(i);
      float[][] own =
          Arrays.stream(probabilities)
              .map(row -> Arrays.copyOfRange(row, from, to))
              .toArray(float[][]::new);
      double share = (double) target.tokenIds().length / groupTokens;
      scores.add(
          new Score(
              logProbs,
              own,
              mixed(retrievals, own, logProbs),
              new Timings(
                  forward.queueMillis(), forward.forwardMillis() * share, searchMillis * share)));
      first = to;
    }
    return scores;
  }

  private static float[][] mixed(
      List<Retrieval> retrievals, float[][] probabilities, float[] logProbs) {
    float[][] mixed = new float[retrievals.size()][logProbs.length];
    for (int r = 0; r < mixed.length; r++) {
      float lambda = retrievals.get(r).lambda();
      for (int t = 0; t < logProbs.length; t++) {
        mixed[r][t] = (float) Mixture.logProb(lambda, probabilities[r][t], logProbs[t]);
      }
    }
    return mixed;
  }
}
