package org.knnlm.index.build;

import java.io.IOException;
import java.nio.file.Path;

/** What a machine has left for a build. */
public interface Room {
  /** Bytes of memory that can be allocated without taking them from anybody. */
  long memory() throws IOException;

  /** Bytes that can be written to the file system of a folder. */
  long disk(Path folder) throws IOException;
}
