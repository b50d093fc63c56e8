package org.knnlm.eval.run;

import java.util.OptionalDouble;

/**
 * How far a run is.
 *
 * @param state of the run
 * @param windowsDone windows scored
 * @param windowsTotal windows to score; 0 until the text is tokenised
 * @param tokensPerSecond targets scored per second of work, pauses between restarts not counted
 * @param etaSeconds seconds that remain at that rate, of a run under way
 */
public record Progress(
    RunState state,
    int windowsDone,
    int windowsTotal,
    OptionalDouble tokensPerSecond,
    OptionalDouble etaSeconds) {

  /**
   * What has been done.
   *
   * @param windows windows scored
   * @param targets their targets
   * @param seconds that they took
   */
  public record Work(int windows, long targets, double seconds) {}

  /** The progress of a run of which so much has been done. */
  public static Progress of(Run run, Work work) {
    int total = run.plan().map(Plan::windows).orElse(0);
    if (work.seconds() <= 0) {
      return new Progress(
          run.state(), work.windows(), total, OptionalDouble.empty(), OptionalDouble.empty());
    }
    double rate = work.targets() / work.seconds();
    long scored = run.plan().map(plan -> plan.counts().scoredTokens()).orElse(0L);
    OptionalDouble eta =
        run.state() == RunState.RUNNING
            ? OptionalDouble.of((scored - work.targets()) / rate)
            : OptionalDouble.empty();
    return new Progress(run.state(), work.windows(), total, OptionalDouble.of(rate), eta);
  }
}
