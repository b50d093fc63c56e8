package org.knnlm.embedder.job;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.CorpusDocuments;
import org.knnlm.embedder.source.Layout;

/**
 * The folder that corpus files are read from; nothing outside it is.
 *
 * @param root the folder
 */
public record CorpusFolder(Path root) {
  private static final Pattern GLOB = Pattern.compile("[*?\\[{]");

  /**
   * The corpus of a name.
   *
   * @param name path of a file; of a folder, for the files in it and its sub-folders; or a path
   *     with {@code * ** ? [] {}}, for the files that match; relative to this folder, or absolute
   *     and within it. Several files are read in the order of their paths, hidden ones are not.
   * @param layout of all files; when empty each file's extension tells, and a folder's files whose
   *     extension does not are left out
   * @param text field or column of the text
   * @throws InvalidCorpusException when there is no readable file within the folder
   * @throws org.knnlm.embedder.source.UnknownLayoutException when an extension does not tell
   */
  public Corpus corpus(String name, Optional<Layout> layout, String text) throws IOException {
    return Corpus.of(
        name,
        files(name, file -> layout.isPresent() || Corpus.layout(file, text).isPresent()),
        layout,
        text);
  }

  private List<Path> files(String name, Predicate<Path> known) throws IOException {
    if (name.isEmpty()) {
      throw new InvalidCorpusException("empty, a file is needed");
    }
    Path path = path(name);
    if (Files.isDirectory(path)) {
      requireWithin(path, name);
      return requireSome(walk(path, known), name, "of a known layout in this folder");
    }
    if (!Files.exists(path) && GLOB.matcher(name).find()) {
      return requireSome(walk(fixed(path), matcher(path)), name, "that matches");
    }
    if (!Files.exists(path)) {
      throw new InvalidCorpusException("%s does not exist".formatted(path));
    }
    return List.of(readable(path, name));
  }

  private Path path(String name) {
    try {
      Path path = root.resolve(name).normalize();
      if (!path.startsWith(root.normalize())) {
        throw outside(name);
      }
      return path;
    } catch (InvalidPathException e) {
      throw new InvalidCorpusException("\"%s\" is no path: %s".formatted(name, e.getReason()));
    }
  }

  /** What stands before the first part of a path that is a pattern. */
  private static Path fixed(Path path) {
    Path fixed = path.getRoot();
    for (Path part : path) {
      if (GLOB.matcher(part.toString()).find()) {
        break;
      }
      fixed = fixed == null ? part : fixed.resolve(part);
    }
    return fixed;
  }

  private static Predicate<Path> matcher(Path path) {
    try {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + path);
      return matcher::matches;
    } catch (PatternSyntaxException e) {
      throw new InvalidCorpusException("\"%s\" is no pattern: %s".formatted(path, e.getMessage()));
    }
  }

  private List<Path> walk(Path folder, Predicate<Path> wanted) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new InvalidCorpusException("%s does not exist".formatted(folder));
    }
    List<Path> found;
    try (Stream<Path> walk = Files.walk(folder)) {
      found =
          walk.filter(Files::isRegularFile)
              .filter(file -> !hidden(folder.relativize(file)))
              .filter(wanted)
              .sorted()
              .toList();
    }
    for (Path file : found) {
      readable(file, file.toString());
    }
    return found;
  }

  private static boolean hidden(Path path) {
    for (Path part : path) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static List<Path> requireSome(List<Path> files, String name, String which) {
    if (files.isEmpty()) {
      throw new InvalidCorpusException("%s: no file %s".formatted(name, which));
    }
    return files;
  }

  private Path readable(Path file, String name) throws IOException {
    requireWithin(file, name);
    if (!Files.isRegularFile(file)) {
      throw new InvalidCorpusException("%s is not a file".formatted(file));
    }
    if (!Files.isReadable(file)) {
      throw new InvalidCorpusException("%s may not be read".formatted(file));
    }
    return file;
  }

  private void requireWithin(Path path, String name) throws IOException {
    if (!path.toRealPath().startsWith(root.toRealPath())) {
      throw outside(name);
    }
  }

  private InvalidCorpusException outside(String name) {
    return new InvalidCorpusException("%s lies outside %s".formatted(name, root));
  }

  /**
   * Reads the first document.
   *
   * @throws InvalidCorpusException when there is none
   * @throws org.knnlm.corpus.CorpusException when it is not what its layout says
   */
  public static void requireDocument(Corpus corpus) {
    try (var documents = new CorpusDocuments(corpus)) {
      if (!documents.hasNext()) {
        throw new InvalidCorpusException(
            "%s has no document, found %d blank ones".formatted(corpus.name(), documents.blank()));
      }
    }
  }
}
