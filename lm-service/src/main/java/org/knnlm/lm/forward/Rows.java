package org.knnlm.lm.forward;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.knnlm.lm.batch.Timings;

/**
 * Outputs of consecutive wanted positions of a sequence, little-endian.
 *
 * @param sequence index of the sequence
 * @param firstRow index of the first among the sequence's wanted positions
 * @param rows number of positions
 * @param hiddenStates [layers, rows, hiddenSize] in the format that was wanted
 * @param logits float32 [rows, vocabularySize]
 * @param timings of these rows' share of the pass; making the logits is not counted
 */
public record Rows(
    int sequence,
    int firstRow,
    int rows,
    Optional<ByteBuffer> hiddenStates,
    Optional<ByteBuffer> logits,
    Timings timings) {}
