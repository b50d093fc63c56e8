package org.knnlm.eval.comparison;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knnlm.eval.analysis.SettingChoice;
import org.knnlm.eval.lm.FieldProblem;
import org.knnlm.eval.run.InvalidRunException;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.statistics.Resampling;

/**
 * Chooses (k, T, lambda) on one half of the examples and reports it on the other, held against the
 * base model as runs are held against each other. The halves depend on the run's number alone.
 * Settings with an oracle are no candidates: they know the answers.
 */
public final class Choices {
  private final RunStore runs;
  private final ScoreStore scores;

  public Choices(RunStore runs, ScoreStore scores) {
    this.runs = runs;
    this.scores = scores;
  }

  /**
   * A choice for each task of a run, or for its text.
   *
   * @param metric its name; empty for the headline metric of each task
   * @throws IncomparableRunsException when the run is not DONE, or has no setting to choose, or a
   *     task no two examples
   * @throws InvalidRunException naming the field {@code metric} when no task has it
   */
  public List<Choice> of(Run run, Optional<String> metric, Resampling resampling) {
    if (run.state() != RunState.DONE) {
      throw new IncomparableRunsException(
          "run %d is %s: a setting is chosen of runs that are DONE"
              .formatted(run.id(), run.state()));
    }
    List<Integer> candidates =
        IntStream.rangeClosed(1, run.spec().settings().size())
            .filter(i -> run.spec().settings().get(i - 1).oracle().isEmpty())
            .boxed()
            .toList();
    if (candidates.isEmpty()) {
      throw new IncomparableRunsException(
          "run %d has no setting to choose: one without an oracle is needed".formatted(run.id()));
    }
    RunScores ofRun = RunScores.of(run, runs, task -> scores.each(new ScoreStore.Part(run, task)));
    Map<TaskMetric, Map<Contender, TaskScores>> wanted = new LinkedHashMap<>();
    ofRun
        .scores()
        .forEach(
            (key, value) -> {
              if (metric.map(key.name()::equals).orElseGet(key::headline)) {
                wanted.put(key, value);
              }
            });
    if (wanted.isEmpty()) {
      throw new InvalidRunException(
          List.of(
              new FieldProblem(
                  "metric",
                  "found \"%s\", allowed is one of %s"
                      .formatted(
                          metric.orElse(""),
                          ofRun.scores().keySet().stream()
                              .map(TaskMetric::name)
                              .distinct()
                              .toList()))));
    }
    return choices(run, ofRun.contenders(), candidates, wanted, resampling);
  }

  private static List<Choice> choices(
      Run run,
      List<Contender> contenders,
      List<Integer> candidates,
      Map<TaskMetric, Map<Contender, TaskScores>> scores,
      Resampling resampling) {
    Contender base = contenders.getFirst();
    var chosen = new Contender(run.id(), 1, base.model(), "chosen");
    Map<TaskMetric, Map<Contender, TaskScores>> reported = new LinkedHashMap<>();
    List<SettingChoice> values = new ArrayList<>();
    List<Integer> choiceExamples = new ArrayList<>();
    scores.forEach(
        (metric, ofMetric) -> {
          TaskScores ofBase = ofMetric.get(base);
          Halves halves = Halves.of(ofBase, metric, run.id());
          List<TaskScores> ofCandidates =
              candidates.stream().map(i -> ofMetric.get(contenders.get(i))).toList();
          SettingChoice choice =
              SettingChoice.of(
                  values(ofCandidates, s -> value(metric, halves.choice(s))),
                  values(ofCandidates, s -> value(metric, halves.report(s))),
                  metric.measure().isPerplexity()
                      ? SettingChoice.Better.LOWER
                      : SettingChoice.Better.HIGHER);
          values.add(choice);
          choiceExamples.add(halves.choice(ofBase).examples().length);
          reported.put(
              metric,
              Map.of(
                  base,
                  halves.report(ofBase),
                  chosen,
                  halves.report(ofCandidates.get(choice.setting()))));
        });
    Comparison comparison = Comparison.of(List.of(base, chosen), reported, resampling);
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Comparison.Row row = comparison.rows().get(i);
      int setting = candidates.get(values.get(i).setting());
      choices.add(
          new Choice(
              row.metric(),
              setting,
              contenders.get(setting).label(),
              values.get(i),
              choiceExamples.get(i),
              row.results().getFirst().orElseThrow(),
              row.results().getLast().orElseThrow()));
    }
    return choices;
  }

  private static double[] values(List<TaskScores> scores, ToDoubleFunction<TaskScores> value) {
    return scores.stream().mapToDouble(value).toArray();
  }

  /** The metric of examples, without an interval. */
  private static double value(TaskMetric metric, TaskScores scores) {
    TaskMetric.Measure measure = metric.measure();
    if (measure.isPerplexity()) {
      double[] weights = scores.weightsIn(measure);
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * scores.scores()[i];
      }
      return StrictMath.exp(sum / Arrays.stream(weights).sum());
    }
    return measure.factor(scores.examples().length)
        * scores.grouped(measure).stream()
            .mapToDouble(group -> Arrays.stream(group.scores()).average().orElseThrow())
            .average()
            .orElseThrow();
  }
}
