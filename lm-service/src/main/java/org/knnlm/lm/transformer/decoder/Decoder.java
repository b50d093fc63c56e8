package org.knnlm.lm.transformer.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.knnlm.lm.transformer.Batch;
import org.knnlm.lm.transformer.Dimensions;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.KvMemory;
import org.knnlm.lm.transformer.Torch;
import org.knnlm.lm.transformer.Transformer;

/** A decoder-only transformer (Radford et al. 2018) of any family: input, layers, head. */
public final class Decoder implements Transformer {
  private final Dimensions dimensions;
  private final Torch torch;
  private final Input input;
  private final List<? extends Layer> layers;
  private final ForwardPass.Head head;
  private final int cacheHeads;
  private final int cacheWidth;
  private final KvMemory kvMemory;

  /**
   * @param torch closed with the model
   * @param cacheHeads keys and values that a layer keeps of a position
   * @param headDim length of one
   */
  public Decoder(
      Dimensions dimensions,
      Torch torch,
      Input input,
      List<? extends Layer> layers,
      ForwardPass.Head head,
      int cacheHeads,
      int headDim) {
    this.dimensions = dimensions;
    this.torch = torch;
    this.input = input;
    this.layers = List.copyOf(layers);
    this.head = head;
    this.cacheHeads = cacheHeads;
    this.cacheWidth = cacheHeads * headDim;
    this.kvMemory = new KvMemory(torch, head.weight(), cacheWidth);
  }

  @Override
  public Dimensions dimensions() {
    return dimensions;
  }

  @Override
  public ForwardPass forward(Batch batch) {
    NDManager pass = torch.manager().newSubManager();
    try {
      return forward(pass, batch);
    } catch (RuntimeException | Error e) {
      pass.close();
      throw e;
    }
  }

  private ForwardPass forward(NDManager pass, Batch batch) {
    Stream stream = input.begin(torch.ops(), pass, batch);
    Map<Integer, ForwardPass.Outputs> outputs = new HashMap<>();
    int last = layers.size() - 1;
    for (int i = 0; i <= last; i++) {
      try (NDManager scratch = pass.newSubManager()) {
        PtNDArray ffnInput = layers.get(i).advance(torch.ops(), scratch, i, stream);
        if (i == last || batch.layers().contains(i)) {
          ffnInput.attach(pass);
          PtNDArray output =
              i == last ? stream.residual() : torch.ops().copy(pass, stream.residual());
          outputs.put(i, new ForwardPass.Outputs(ffnInput, output));
        }
      }
    }
    return new ForwardPass(pass, torch.ops(), batch, outputs, head);
  }

  @Override
  public KvCache newCache(int capacity) {
    NDManager manager = torch.manager().newSubManager();
    long bytes = cacheBytes(capacity);
    return new KvCache(manager, torch.ops(), kvMemory, cacheHeads, layers.size(), capacity, bytes);
  }

  @Override
  public long cacheBytes(int capacity) {
    return (long) layers.size() * capacity * cacheWidth * torch.precision().bytes();
  }

  @Override
  public boolean keepsPrefixes(int sequenceLength) {
    return input.keepsPrefixes(sequenceLength);
  }

  @Override
  public void close() {
    torch.close();
  }
}
