package org.knnlm.lm.score;

/**
 * Wall-clock milliseconds. Sequences that went through the model or the index together share the
 * time in proportion to their targets.
 *
 * @param queue waiting for the model
 * @param forward forward pass
 * @param search search and p_kNN
 */
public record Timings(double queue, double forward, double search) {}
