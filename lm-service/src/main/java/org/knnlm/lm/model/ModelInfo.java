package org.knnlm.lm.model;

import java.util.OptionalInt;

/**
 * What a datastore must match, and what limits a request.
 *
 * @param id name of the model
 * @param type architecture as config.json calls it
 * @param hiddenSize length of a hidden state
 * @param layers number of decoder layers
 * @param vocabularySize token ids are 0 &lt;= id &lt; vocabularySize
 * @param maxSequenceLength most tokens in one sequence
 * @param tokenizerSha256 {@link Identity#ofFile} of tokenizer.json
 * @param modelSha256 {@link Identity#ofFiles} of config.json and the weight files
 */
public record ModelInfo(
    String id,
    String type,
    int hiddenSize,
    int layers,
    int vocabularySize,
    int maxSequenceLength,
    String tokenizerSha256,
    String modelSha256,
    OptionalInt bosTokenId,
    OptionalInt eosTokenId) {}
