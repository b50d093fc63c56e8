package org.knnlm.eval.example;

/**
 * How far a task of a run is.
 *
 * @param task its name
 * @param examples how many there are; 0 until its data has been read
 * @param done evaluated
 * @param failed could not be evaluated
 * @param seconds of work of the evaluated ones
 */
public record TaskProgress(String task, int examples, int done, int failed, double seconds) {}
