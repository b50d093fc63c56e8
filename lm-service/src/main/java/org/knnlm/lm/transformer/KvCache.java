package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Attention's keys and values of the first positions of one sequence, of every layer. Several
 * holders may share it: each that retains it releases it, and the last release frees its memory.
 * Used on the model's thread.
 */
public final class KvCache {
  private final NDManager manager;
  private final TorchOps ops;
  private final List<KvMemory.Rows> rows;
  private final List<PtNDArray> layers;
  private final int capacity;
  private final long bytes;
  private int holders = 1;

  /**
   * Takes its memory.
   *
   * @param manager owns what this cache alone needs
   * @param heads keys and values of a position in a layer
   * @param layers of the model
   * @param capacity positions
   * @param bytes of memory
   */
  public KvCache(
      NDManager manager,
      TorchOps ops,
      KvMemory memory,
      int heads,
      int layers,
      int capacity,
      long bytes) {
    this.manager = manager;
    this.ops = ops;
    // a layer at a time: short ranges fit into what others have left
    this.rows = IntStream.range(0, layers).mapToObj(layer -> memory.take(capacity)).toList();
    this.layers =
        rows.stream()
            .map(layer -> layer.view(manager, 0, capacity).reshape(heads, capacity, -1))
            .map(PtNDArray.class::cast)
            .toList();
    this.capacity = capacity;
    this.bytes = bytes;
  }

  /** Positions that it has room for. */
  public int capacity() {
    return capacity;
  }

  /** Memory that it takes. */
  public long bytes() {
    return bytes;
  }

  /** Copies the first positions of another cache of the same model. */
  public void copy(KvCache other, int positions) {
    for (int i = 0; i < layers.size(); i++) {
      ops.copyPositions(manager, other.layers.get(i), layers.get(i), positions);
    }
  }

  /** Keys, then values: {@code [heads, capacity, dim]}. */
  PtNDArray layer(int index) {
    return layers.get(index);
  }

  /** One more holder. */
  public KvCache retain() {
    if (holders == 0) {
      throw new IllegalStateException("the cache is freed");
    }
    holders++;
    return this;
  }

  /** One holder less. */
  public void release() {
    if (holders == 0) {
      throw new IllegalStateException("the cache is freed already");
    }
    if (--holders == 0) {
      manager.close();
      rows.forEach(KvMemory.Rows::release);
    }
  }
}
