package org.knnlm.embedder.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Documents in files.
 *
 * @param name what its maker calls it
 * @param files in the order in which they are read
 */
public record Corpus(String name, List<CorpusFile> files) {
  public Corpus {
    files = List.copyOf(files);
  }

  /**
   * A corpus by its files.
   *
   * @param layout of all files; when empty each file's extension tells
   * @param text field or column of the text, where the layout has some
   * @throws UnknownLayoutException when an extension does not tell
   */
  public static Corpus of(String name, List<Path> files, Optional<Layout> layout, String text) {
    List<CorpusFile> known =
        files.stream()
            .map(
                file ->
                    new CorpusFile(
                        file,
                        layout
                            .or(() -> layout(file, text))
                            .orElseThrow(() -> new UnknownLayoutException(file))))
            .toList();
    return new Corpus(name, known);
  }

  /** The layout that a file's name tells. */
  public static Optional<Layout> layout(Path file, String text) {
    String name = file.getFileName().toString();
    return Layout.ofExtension(Compression.of(name).inner(name), text);
  }

  /**
   * What tells a corpus from another without reading it.
   *
   * @param name what its maker calls it
   * @param files path, layout, size and time of change of each
   */
  public record Stamp(String name, List<String> files) {
    public Stamp {
      files = List.copyOf(files);
    }
  }

  /** Its stamp now. */
  public Stamp stamp() throws IOException {
    List<String> stamps = new ArrayList<>();
    for (CorpusFile file : files) {
      stamps.add(
          "%s as %s, %d bytes, changed %s"
              .formatted(
                  file.path(),
                  file.layout(),
                  Files.size(file.path()),
                  Files.getLastModifiedTime(file.path())));
    }
    return new Stamp(name, stamps);
  }
}
