package org.knnlm.faiss;

/** Where the codes and ids of an index that is read from a file are kept. */
public enum ReadMode {
  /** Copied into memory: the index can be changed and written. */
  MEMORY,
  /**
   * Left in the file and mapped: opens at once, shares the page cache between processes, and can
   * only be searched. The file must not be cut while the index is open; replacing it by a rename is
   * safe.
   */
  MAPPED
}
