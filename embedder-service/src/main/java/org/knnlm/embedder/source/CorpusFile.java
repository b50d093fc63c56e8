package org.knnlm.embedder.source;

import java.nio.file.Path;

/**
 * A file of a corpus.
 *
 * @param layout how documents lie in it
 */
public record CorpusFile(Path path, Layout layout) {
  Compression compression() {
    return Compression.of(path.getFileName().toString());
  }
}
