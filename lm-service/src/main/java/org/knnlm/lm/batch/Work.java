package org.knnlm.lm.batch;

import java.util.List;
import java.util.Set;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/**
 * What one caller wants of one forward pass, which it may share with others. All methods but {@link
 * #tokens} and {@link #alone} are called on the model's thread.
 *
 * @param <T> what comes of it
 */
public interface Work<T> {
  /** Tokens that it brings at most. */
  int tokens();

  /** Its segments. */
  List<Segment> begin(Transformer model);

  /** Whether it goes through the model by itself, so that no neighbour changes a matrix's shape. */
  default boolean alone() {
    return false;
  }

  /** Decoder layers, beside the last, whose hidden states it reads. */
  default Set<Integer> layers() {
    return Set.of();
  }

  /**
   * Reads what it wants.
   *
   * @param pass closed afterwards
   * @param firstSegment where its segments begin in the pass
   */
  T end(ForwardPass pass, int firstSegment);

  /** Frees what {@link #begin} made; called once if begin was, after {@link #end} or instead. */
  default void close() {}
}
