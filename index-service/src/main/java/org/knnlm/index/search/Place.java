package org.knnlm.index.search;

import org.knnlm.faiss.FaissIndex;

/** Where an index file is searched. */
public sealed interface Place extends AutoCloseable {
  /**
   * In the processor's memory.
   *
   * @param reason why, although there are GPUs; empty when there are none to use
   */
  record OnCpu(String reason) implements Place {
    @Override
    public void close() {}
  }

  /**
   * On a GPU; its searches that exceed what faiss does there stay on the CPU.
   *
   * @param gpu its number
   * @param copy of the file
   */
  record OnGpu(int gpu, FaissIndex copy) implements Place {
    @Override
    public void close() {
      copy.close();
    }
  }

  @Override
  void close();
}
