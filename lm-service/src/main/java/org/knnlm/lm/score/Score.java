package org.knnlm.lm.score;

import org.knnlm.lm.batch.Timings;

/**
 * The score of a sequence; logarithms are natural.
 *
 * @param logProbs the model's own, [targets]
 * @param retrievalProbs p_kNN under each retrieval setting, [retrievals][targets]
 * @param retrievalLogProbs the mixture under each retrieval setting, [retrievals][targets]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Score(
    float[] logProbs, float[][] retrievalProbs, float[][] retrievalLogProbs, Timings timings) {}
