package org.knnlm.eval.db;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** Columns of {@code run} that say what there is to do; all null until that is known. */
@Embeddable
public class PlanColumns {
  @Column(name = "block_size")
  Integer blockSize;

  Integer stride;
  Integer windows;
  Long tokens;

  @Column(name = "scored_tokens")
  Long scoredTokens;

  Long words;
}
