package org.knnlm.lm.batch;

/**
 * Work that is done.
 *
 * @param value what came of it
 * @param queueMillis that it waited for the model
 * @param forwardMillis of the pass, in proportion to its tokens
 */
public record Done<T>(T value, double queueMillis, double forwardMillis) {}
