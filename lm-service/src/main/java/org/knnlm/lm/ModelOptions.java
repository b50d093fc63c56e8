package org.knnlm.lm;

import org.knnlm.lm.transformer.Device;
import org.knnlm.lm.transformer.Precision;

/**
 * How to run a model.
 *
 * @param threads that one tensor operation may use
 * @param device that holds it
 * @param precision of weights and matrix products
 * @param prefixCacheBytes of memory for keys and values of prompts seen before
 * @param generationCacheBytes of memory for keys and values of continuations under way
 */
public record ModelOptions(
    int threads,
    Device device,
    Precision precision,
    long prefixCacheBytes,
    long generationCacheBytes) {}
