package org.knnlm.index.shard;

import java.nio.file.Path;

/** An index file or its manifest that cannot be used. */
public final class IndexFileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param file at fault
   * @param problem what was found and what was expected
   */
  public IndexFileException(Path file, String problem) {
    super(file + ": " + problem);
  }

  /** As above, with the reason. */
  public IndexFileException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
