package org.knnlm.lm.transformer.decoder;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.Optional;
import org.knnlm.lm.transformer.Attention;

/**
 * What goes through the layers of a decoder.
 *
 * @param residual the residual stream, float32 [N, H], which layers advance in place
 * @param rotation of queries and keys; empty where positions are learned
 */
public record Stream(PtNDArray residual, Attention attention, Optional<Rotation> rotation) {

  /**
   * Rotary angles of each token.
   *
   * @param cosines [N, headDim / 2]
   * @param sines [N, headDim / 2]
   */
  public record Rotation(PtNDArray cosines, PtNDArray sines) {}
}
