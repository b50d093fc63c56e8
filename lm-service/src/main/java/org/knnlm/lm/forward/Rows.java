package org.knnlm.lm.forward;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Outputs of consecutive wanted positions of a sequence, little-endian.
 *
 * @param sequence index of the sequence
 * @param firstRow index of the first among the sequence's wanted positions
 * @param rows number of positions
 * @param hiddenStates [layers, rows, hiddenSize] in the format that was wanted
 * @param logits float32 [rows, vocabularySize]
 */
public record Rows(
    int sequence,
    int firstRow,
    int rows,
    Optional<ByteBuffer> hiddenStates,
    Optional<ByteBuffer> logits) {}
