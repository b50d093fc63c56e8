package org.knnlm.embedder.source;

import java.nio.file.Path;

/** A file whose extension does not tell how documents lie in it. */
public final class UnknownLayoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownLayoutException(Path file) {
    super(
        "unspecified, and the extension of %s does not tell it: .jsonl, .ndjson, .txt, .csv, .tsv and .parquet do, and all but the last also with .gz or .zst behind"
            .formatted(file.getFileName()));
  }
}
