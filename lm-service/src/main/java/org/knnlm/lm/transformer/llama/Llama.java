package org.knnlm.lm.transformer.llama;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;
import org.knnlm.lm.transformer.Dimensions;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.Sequences;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.TorchOps;
import org.knnlm.lm.transformer.Transformer;

/** A Llama model. */
final class Llama implements Transformer, ForwardPass.Head {
  private final LlamaConfig config;
  private final LlamaWeights weights;
  private final Torch torch;
  private final TorchOps ops;

  Llama(LlamaConfig config, LlamaWeights weights, Torch torch) {
    this.config = config;
    this.weights = weights;
    this.torch = torch;
    this.ops = torch.ops();
  }

  @Override
  public Dimensions dimensions() {
    return new Dimensions(
        config.hiddenSize(),
        config.layers(),
        config.vocabularySize(),
        config.rope().maxSequenceLength());
  }

  @Override
  public ForwardPass forward(Sequences sequences) {
    NDManager pass = torch.manager().newSubManager();
    try {
      return forward(pass, sequences);
    } catch (RuntimeException | Error e) {
      pass.close();
      throw e;
    }
  }

  private ForwardPass forward(NDManager pass, Sequences sequences) {
    List<LlamaLayer> layers = weights.layers();
    PtNDArray ids = Torch.longs(pass, sequences.concatenated());
    PtNDArray residual = ops.embed(pass, ids, weights.embedding());
    Positions positions =
        Positions.of(pass, config.rope(), sequences.lengths(), sequences.tokens());
    for (LlamaLayer layer : layers.subList(0, layers.size() - 1)) {
      try (NDManager scratch = pass.newSubManager()) {
        layer.advance(ops, scratch, residual, positions);
      }
    }
    try (NDManager scratch = pass.newSubManager()) {
      PtNDArray mlpInput = layers.getLast().advance(ops, scratch, residual, positions);
      mlpInput.attach(pass);
      return new ForwardPass(pass, ops, sequences, mlpInput, residual, this);
    }
  }

  @Override
  public PtNDArray norm(NDManager into, PtNDArray hidden) {
    return ops.rmsNorm(into, hidden, weights.norm(), config.normEpsilon());
  }

  @Override
  public PtNDArray weight() {
    return weights.head();
  }

  @Override
  public void close() {
    torch.close();
  }
}
