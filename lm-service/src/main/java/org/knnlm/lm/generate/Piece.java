package org.knnlm.lm.generate;

import java.util.Optional;
import org.knnlm.lm.batch.Timings;

/**
 * The next token of a continuation.
 *
 * @param prompt index of the prompt
 * @param setting 0 for the model alone, i for the i-th retrieval setting
 * @param logProb under the setting, before temperature, topK and topP
 * @param text that is certain now
 * @param finish present in the last piece
 */
public record Piece(
    int prompt,
    int setting,
    int token,
    double logProb,
    String text,
    Optional<Finish> finish,
    Timings timings) {}
