package org.knnlm.lm.transformer;

/**
 * Sizes of a model.
 *
 * @param hiddenSize length of a hidden state
 * @param layers number of decoder layers
 * @param vocabularySize token ids are 0 &lt;= id &lt; vocabularySize
 * @param maxSequenceLength most tokens in one sequence
 */
public record Dimensions(int hiddenSize, int layers, int vocabularySize, int maxSequenceLength) {}
