package org.knnlm.eval.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.knnlm.eval.lm.FieldProblem;

/** The folder of evaluation texts, and the only way to a file in it. */
public final class TextFolder {
  private final Path root;

  /**
   * @param root an existing folder
   * @throws IllegalArgumentException when it is none
   */
  public TextFolder(Path root) {
    try {
      this.root = root.toRealPath();
    } catch (IOException e) {
      throw new IllegalArgumentException(root + " is no folder", e);
    }
    if (!Files.isDirectory(this.root)) {
      throw new IllegalArgumentException(root + " is no folder");
    }
  }

  /**
   * The file of a text.
   *
   * @param text relative to the folder, or absolute within it
   * @throws InvalidRunException naming the field {@code text}
   */
  public Path file(String text) {
    try {
      Path file = root.resolve(text).toRealPath();
      if (!file.startsWith(root)) {
        throw problem("found \"%s\", which lies outside of the folder of texts", text);
      }
      if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
        throw problem("found \"%s\", which is no file that can be read", text);
      }
      if (Files.size(file) == 0) {
        throw problem("found \"%s\", which is empty", text);
      }
      return file;
    } catch (NoSuchFileException | InvalidPathException e) {
      throw problem("found \"%s\", which does not exist in the folder of texts", text);
    } catch (IOException e) {
      throw problem("found \"%s\", which cannot be read: " + e.getMessage(), text);
    }
  }

  private static InvalidRunException problem(String problem, String text) {
    return new InvalidRunException(List.of(new FieldProblem("text", problem.formatted(text))));
  }
}
