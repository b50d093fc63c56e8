package org.knnlm.lm.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Memory for the keys and values of all sequences, handed out in rows of large slabs. Caches live
 * long and come in every size: among the tensors of passes they would leave holes that no other
 * tensor fits, and the process would grow by gigabytes. A slab is so large that the C library maps
 * it apart from them. Used on the model's thread.
 */
public final class KvMemory {
  private static final long SLAB_BYTES = 64L << 20;

  private final Torch torch;
  private final PtNDArray like;
  private final int width;
  private final int slabRows;
  private final List<Slab> slabs = new ArrayList<>();

  /**
   * @param like a weight, whose type rows have
   * @param width numbers of a row
   */
  public KvMemory(Torch torch, PtNDArray like, int width) {
    this.torch = torch;
    this.like = like;
    this.width = width;
    this.slabRows = (int) Math.max(1, SLAB_BYTES / width / torch.precision().bytes());
  }

  /** Rows next to each other, until they are given back. */
  public final class Rows {
    private final Slab slab;
    private final int begin;
    private final int count;

    private Rows(Slab slab, int begin, int count) {
      this.slab = slab;
      this.begin = begin;
      this.count = count;
    }

    /** A view of some of the rows, {@code [count, width]}. */
    public PtNDArray view(NDManager into, int first, int count) {
      PtNDArray view = JniUtils.slice(slab.rows, 0, begin + first, begin + first + count, 1);
      view.attach(into);
      return view;
    }

    /** Gives the rows back; views of them must not be used any more. */
    public void release() {
      slab.free(begin, count);
      if (slab.isFree() && slabs.size() > 1) {
        slabs.remove(slab);
        slab.rows.close();
      }
    }
  }

  private static final class Slab {
    private final PtNDArray rows;
    private final int size;

    /** Lengths of the free ranges by their first row; none touches another. */
    private final NavigableMap<Integer, Integer> free = new TreeMap<>();

    private Slab(PtNDArray rows, int size) {
      this.rows = rows;
      this.size = size;
      free.put(0, size);
    }

    /** The first of {@code count} rows, now taken; -1 when there is no room. */
    private int take(int count) {
      int begin =
          free.entrySet().stream()
              .filter(range -> range.getValue() >= count)
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(-1);
      if (begin >= 0) {
        int room = free.remove(begin);
        if (room > count) {
          free.put(begin + count, room - count);
        }
      }
      return begin;
    }

    private void free(int begin, int count) {
      int first = begin;
      int length = count;
      Map.Entry<Integer, Integer> before = free.lowerEntry(begin);
      if (before != null && before.getKey() + before.getValue() == begin) {
        first = before.getKey();
        length += before.getValue();
      }
      Integer after = free.remove(begin + count);
      free.put(first, length + (after == null ? 0 : after));
    }

    private boolean isFree() {
      return free.size() == 1 && free.firstEntry().getValue() == size;
    }
  }

  /** Takes rows that lie next to each other; their content is undefined. */
  public Rows take(int count) {
    for (Slab slab : slabs) {
      int begin = slab.take(count);
      if (begin >= 0) {
        return new Rows(slab, begin, count);
      }
    }
    int size = Math.max(count, slabRows);
    var slab = new Slab(torch.ops().cache(torch.manager(), like, size, width), size);
    slabs.add(slab);
    return new Rows(slab, slab.take(count), count);
  }

  /** Memory that is allocated, in rows. */
  long rows() {
    return slabs.stream().mapToLong(slab -> slab.size).sum();
  }
}
