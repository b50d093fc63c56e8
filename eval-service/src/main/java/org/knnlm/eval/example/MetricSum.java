package org.knnlm.eval.example;

/**
 * A metric's values added up.
 *
 * @param task position of the task in its run
 * @param group sub-task
 * @param place setting · number of metrics + metric
 * @param sum of the values
 * @param count examples that have one
 */
public record MetricSum(int task, String group, int place, double sum, long count) {}
