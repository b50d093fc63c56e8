package org.knnlm.corpus;

import java.nio.file.Path;

/** A corpus file that is not what its format says. */
public final class CorpusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;
  private final long line;

  /** Says what is wrong with a line, or a row, of a file. */
  public CorpusException(Path file, long line, String problem) {
    super("%s, line %d: %s".formatted(file, line, problem));
    this.file = file;
    this.line = line;
  }

  /** The file at fault. */
  public Path file() {
    return file;
  }

  /** The line or row at fault, from 1. */
  public long line() {
    return line;
  }
}
