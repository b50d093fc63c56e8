package org.knnlm.lm.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Done;
import org.knnlm.lm.batch.Groups;
import org.knnlm.lm.batch.ModelQueue;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.Timings;
import org.knnlm.lm.mixture.Mixture;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.RetrievalPlan;
import org.knnlm.lm.transformer.HiddenState;

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
  public void score(List<Target> targets, List<Retrieval> retrievals, Passes passes, Output output)
      throws InterruptedException {
    var plan = new RetrievalPlan(index, model.info(), retrievals);
    Iterator<List<Question>> groups = grouped(targets, passes).iterator();
    Submitted next = submit(groups.next(), plan.hiddenStates(), passes);
    int target = 0;
    try {
      while (next != null) {
        Submitted now = next;
        Done<ScoreWork.Predictions> predictions = ModelQueue.await(now.work);
        next = groups.hasNext() ? submit(groups.next(), plan.hiddenStates(), passes) : null;
        for (Score score : scores(now.targets(), predictions, plan, retrievals)) {
          output.accept(target++, score);
        }
      }
    } finally {
      if (next != null) {
        next.work.cancel(false);
      }
    }
  }

  private record Submitted(List<Question> questions, Future<Done<ScoreWork.Predictions>> work) {
    List<Target> targets() {
      return questions.stream().flatMap(question -> question.targets().stream()).toList();
    }
  }

  private Submitted submit(List<Question> questions, Set<HiddenState> states, Passes passes) {
    return new Submitted(
        questions,
        model.queue().submit(new ScoreWork(questions, states, passes, model.prefixes())));
  }

  /** A context that nobody will remember stays with as many targets as would fill a pass. */
  private static List<List<Question>> grouped(List<Target> targets, Passes passes) {
    List<Question> pieces =
        Question.of(targets).stream()
            .flatMap(question -> question.cut(room(question, passes)).stream())
            .toList();
    return Groups.of(pieces, Question::tokens, ModelQueue.PASS_TOKENS);
  }

  private static int room(Question question, Passes passes) {
    return ModelQueue.PASS_TOKENS + (passes == Passes.OWN ? question.context().length : 0);
  }

  private static List<Score> scores(
      List<Target> targets,
      Done<ScoreWork.Predictions> predictions,
      RetrievalPlan plan,
      List<Retrieval> retrievals) {
    long started = System.nanoTime();
    float[][] probabilities =
        plan.targetProbabilities(
            predictions.value().queries(), predictions.value().tokens(), right(targets));
    double searchMillis = (System.nanoTime() - started) / 1e6;
    double tokens = predictions.value().logProbs().length;

    List<Score> scores = new ArrayList<>();
    int first = 0;
    for (Target target : targets) {
      int from = first;
      int to = first + target.count();
      float[] logProbs = Arrays.copyOfRange(predictions.value().logProbs(), from, to);
      float[][] own =
          Arrays.stream(probabilities)
              .map(row -> Arrays.copyOfRange(row, from, to))
              .toArray(float[][]::new);
      double share = target.count() / tokens;
      Timings timings = predictions.timings(share, searchMillis);
      long mixing = System.nanoTime();
      float[][] mixed = mixed(retrievals, own, logProbs);
      scores.add(new Score(logProbs, own, mixed, timings.mixedSince(mixing)));
      first = to;
    }
    return scores;
  }

  private static BitSet right(List<Target> targets) {
    var right = new BitSet();
    int first = 0;
    for (Target target : targets) {
      right.set(first, first + target.count(), target.right());
      first += target.count();
    }
    return right;
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
