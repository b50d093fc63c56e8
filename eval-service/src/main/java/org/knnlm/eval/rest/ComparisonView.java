package org.knnlm.eval.rest;

import java.util.List;
import org.knnlm.eval.comparison.Comparison;
import org.knnlm.eval.comparison.Contender;
import org.knnlm.eval.statistics.Resampling;

/**
 * A comparison in JSON.
 *
 * @param resampling how the intervals were made
 * @param contenders the models; all are held against the first
 * @param rows what was measured, with a result for each model in their order
 */
public record ComparisonView(
    Resampling resampling, List<Contender> contenders, List<Comparison.Row> rows) {}
