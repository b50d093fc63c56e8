package org.knnlm.eval.perplexity;

import java.nio.file.Path;

/** A text in which no token can be predicted. */
public final class EmptyTextException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmptyTextException(Path file, long tokens) {
    super("%s has %d tokens, at least 2 are needed".formatted(file, tokens));
  }
}
