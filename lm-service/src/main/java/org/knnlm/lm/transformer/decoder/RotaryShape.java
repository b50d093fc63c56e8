package org.knnlm.lm.transformer.decoder;

import java.util.function.IntUnaryOperator;
import org.knnlm.lm.transformer.Rope;

/**
 * What a family says of a model of {@link RotaryLayer}s.
 *
 * @param heads query heads
 * @param kvHeads key and value heads, which groups of query heads share
 * @param normEpsilon of the root mean square norms
 * @param tiedEmbeddings the output matrix is the embedding
 * @param qkvBias queries, keys and values have biases
 * @param outputBias the projection after attention has a bias
 * @param mlpBias the three projections of the MLP have biases
 * @param window of a layer: positions that one sees, itself included; 0 for all
 */
public record RotaryShape(
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    double normEpsilon,
    boolean tiedEmbeddings,
    boolean qkvBias,
    boolean outputBias,
    boolean mlpBias,
    IntUnaryOperator window,
    Rope rope) {

  /** Length of a head. */
  int headDim() {
    return rope.dim();
  }
}
