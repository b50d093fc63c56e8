package org.knnlm.index.build;

import java.util.Locale;

/** The kinds of index that have a name, and the kind that a factory string describes. */
public enum IndexType {
  /** The index of the study (arXiv 2408.11815): IVF4096,PQ64x8 with 32 lists visited. */
  STUDY,
  /**
   * IVF with a product quantizer of 4 bits over rotated keys, searched by table look-ups in
   * registers, and exact re-ranking: faster than {@link #STUDY} on a CPU, at better recall.
   */
  FAST,
  /** Every key in float32: the exact search. */
  FLAT,
  /** Whatever faiss's index factory makes of a string. */
  CUSTOM;

  /** The type of a request's factory: its name in any case, empty for the study's. */
  static IndexType of(String factory) {
    return switch (factory.toLowerCase(Locale.ROOT)) {
      case "", "study" -> STUDY;
      case "fast" -> FAST;
      case "flat" -> FLAT;
      default -> CUSTOM;
    };
  }

  /** Its name in requests and manifests. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
