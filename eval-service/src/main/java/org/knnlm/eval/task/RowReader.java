package org.knnlm.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads the rows of JSONL, CSV and Parquet files. */
public interface RowReader {
  /**
   * All rows in their order, each an object.
   *
   * @throws IOException naming the file, when it is not what its extension says
   */
  List<JsonNode> read(Path file) throws IOException;
}
