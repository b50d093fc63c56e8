package org.knnlm.lm.transformer;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.Optional;

/**
 * A linear layer y = x weight^T + bias.
 *
 * @param weight [out, in], packed or not
 * @param bias [out]
 */
public record Linear(PtNDArray weight, Optional<PtNDArray> bias) {}
