package org.knnlm.eval.comparison;

/**
 * One model of one run.
 *
 * @param run number of the run
 * @param setting 0 for the base model, i for the i-th retrieval setting of the run
 * @param model name of the language model
 * @param label "base", or the setting in a few words
 */
public record Contender(long run, int setting, String model, String label) {}
