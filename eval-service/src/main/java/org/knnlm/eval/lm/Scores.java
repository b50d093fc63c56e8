package org.knnlm.eval.lm;

import java.util.List;

/**
 * Natural logarithms of the probabilities of a sequence's targets.
 *
 * @param base the model's own
 * @param retrievals the same under each retrieval setting
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Scores(float[] base, List<float[]> retrievals) {}
