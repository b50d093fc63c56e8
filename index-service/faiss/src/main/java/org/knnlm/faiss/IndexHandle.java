package org.knnlm.faiss;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.knnlm.faiss.jni.NativeIndex;
import org.knnlm.faiss.jni.global.faiss;

/**
 * Owns one native index and the memory it views: readers share it, a writer has it alone, and no
 * call outlives it.
 */
final class IndexHandle implements AutoCloseable {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Arena viewed;
  private NativeIndex index;

  IndexHandle(NativeIndex index, Arena viewed) {
    this.index = index;
    this.viewed = viewed;
  }

  <T> T read(Function<NativeIndex, T> call) {
    return locked(lock.readLock(), call);
  }

  <T> T write(Function<NativeIndex, T> call) {
    return locked(lock.writeLock(), call);
  }

  private <T> T locked(Lock held, Function<NativeIndex, T> call) {
    held.lock();
    try {
      if (index == null) {
        throw new IllegalStateException("the index is closed");
      }
      return call.apply(index);
    } finally {
      held.unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (index != null) {
        faiss.delete_index(index);
        index = null;
        viewed.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Runs a native call, turning the C++ exception that JavaCPP rethrows into a typed one. */
  static <T> T guarded(String action, Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      throw new FaissException(action + ": " + e.getMessage(), e);
    }
  }
}
