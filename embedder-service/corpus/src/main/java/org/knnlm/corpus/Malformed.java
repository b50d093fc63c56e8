package org.knnlm.corpus;

/** What becomes of bytes that are not UTF-8, and of halves of surrogate pairs. */
public enum Malformed {
  /** An error names them. */
  REFUSED,
  /** U+FFFD stands in their place. */
  REPLACED
}
