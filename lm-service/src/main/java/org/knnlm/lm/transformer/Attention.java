package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;

/** Where the segments of a batch stand, as every layer's attention needs it. */
public final class Attention {
  private final TorchOps ops;
  private final List<Segment> segments;
  private final long[] lengths;
  private final long[] positions;
  private final boolean[] appends;
  private final PtNDArray nothing;

  /**
   * @param pass owns what is made, and outlives this
   */
  public Attention(NDManager pass, TorchOps ops, Batch batch) {
    this.ops = ops;
    this.segments = batch.segments();
    this.lengths = batch.lengths();
    this.positions = segments.stream().mapToLong(Segment::position).toArray();
    this.appends = new boolean[segments.size()];
    for (int i = 0; i < appends.length; i++) {
      appends[i] = segments.get(i).appends();
    }
    this.nothing = Torch.empty(pass, 0);
  }

  /**
   * The heads of a layer.
   *
   * @param kvHeads key and value heads, which groups of query heads share
   * @param dim length of a head
   * @param window positions that one sees, itself included; 0 for all
   * @param scale of the products of queries and keys
   */
  public record Heads(int kvHeads, int dim, int window, double scale) {}

  /**
   * Causal attention of a layer.
   *
   * @param layer its index
   * @param qkv [N, (heads + 2 kvHeads) dim]: queries, keys and values of each token
   * @return [N, heads dim]
   */
  public PtNDArray attend(NDManager into, int layer, PtNDArray qkv, Heads heads) {
    PtNDArray[] caches = new PtNDArray[segments.size()];
    for (int i = 0; i < caches.length; i++) {
      caches[i] = segments.get(i).cache().map(cache -> cache.layer(layer)).orElse(nothing);
    }
    return ops.attend(into, qkv, lengths, positions, caches, appends, heads);
  }
}
