package org.knnlm.embedder.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.corpus.CorpusReader;

/**
 * The folder that corpus files are read from; nothing outside it is.
 *
 * @param root the folder
 */
public record CorpusFolder(Path root) {
  /**
   * A file in the folder.
   *
   * @param name its path, relative to the folder, or absolute and within it
   * @throws InvalidCorpusException when it is not a readable file within the folder
   */
  public Path resolve(String name) throws IOException {
    if (name.isEmpty()) {
      throw new InvalidCorpusException("empty, a file is needed");
    }
    Path file;
    try {
      file = root.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw new InvalidCorpusException("\"%s\" is no path: %s".formatted(name, e.getReason()));
    }
    if (!file.startsWith(root.normalize())) {
      throw outside(name);
    }
    if (!Files.exists(file)) {
      throw new InvalidCorpusException("%s does not exist".formatted(file));
    }
    if (!file.toRealPath().startsWith(root.toRealPath())) {
      throw outside(name);
    }
    if (!Files.isRegularFile(file)) {
      throw new InvalidCorpusException("%s is not a file".formatted(file));
    }
    if (!Files.isReadable(file)) {
      throw new InvalidCorpusException("%s may not be read".formatted(file));
    }
    return file;
  }

  private InvalidCorpusException outside(String name) {
    return new InvalidCorpusException("%s lies outside %s".formatted(name, root));
  }

  /**
   * Reads the first document.
   *
   * @throws InvalidCorpusException when there is none
   * @throws org.knnlm.corpus.CorpusException when it is not what the format says
   */
  public static void requireDocument(Path file, CorpusFormat format) throws IOException {
    try (var reader = new CorpusReader(file, format)) {
      if (!reader.hasNext()) {
        throw new InvalidCorpusException(
            "%s has no document, found %d blank lines".formatted(file, reader.blank()));
      }
    }
  }
}
