package org.knnlm.eval.comparison;

import org.knnlm.eval.analysis.SettingChoice;

/**
 * The setting that is best on one half of a task's examples, and what it reaches on the other.
 *
 * @param metric what it is best at
 * @param setting number of the setting in its run, from 1
 * @param label the setting in a few words
 * @param values of the settings on both halves
 * @param choiceExamples examples that it was chosen on
 * @param base what the base model reaches on the other half
 * @param reported what the setting reaches there, and its difference from the base model
 */
public record Choice(
    TaskMetric metric,
    int setting,
    String label,
    SettingChoice values,
    int choiceExamples,
    Result base,
    Result reported) {}
