package org.knnlm.index.cluster;

/** A peer that does not answer. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param peer its name
   */
  public PeerException(String peer, String problem, Throwable cause) {
    super(peer + ": " + problem, cause);
  }
}
