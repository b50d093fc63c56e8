package org.knnlm.lm.retrieval;

/** A retrieval setting asks for more neighbours than its datastore has keys. */
public final class TooManyNeighborsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int retrieval;

  TooManyNeighborsException(int retrieval, int k, Datastore datastore) {
    super(
        "%d exceeds the %d keys of datastore %s".formatted(k, datastore.keys(), datastore.name()));
    this.retrieval = retrieval;
  }

  /** Which setting of the request, counted from 0. */
  public int retrieval() {
    return retrieval;
  }
}
