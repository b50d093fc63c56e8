package org.knnlm.embedder.model;

/**
 * A language model.
 *
 * @param id its name
 * @param type its architecture, {@code llama} for example
 * @param sha256 digest of its configuration and weights
 * @param tokenizerSha256 digest of its tokenizer
 * @param hiddenSize length of a hidden state
 * @param vocabularySize token ids are {@code 0 <= id < vocabularySize}
 * @param maxSequenceLength most tokens in one sequence
 * @param precision of its matrix products, {@code fp32} for example
 * @param device that it computes on, {@code cpu} for example
 */
public record ModelInfo(
    String id,
    String type,
    String sha256,
    String tokenizerSha256,
    int hiddenSize,
    int vocabularySize,
    int maxSequenceLength,
    String precision,
    String device) {}
