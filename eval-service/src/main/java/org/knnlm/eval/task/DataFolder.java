package org.knnlm.eval.task;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knnlm.eval.digest.Sha256;

/** The folder of the tasks' data, and the only way to a file in it. */
public final class DataFolder {
  private final Path root;

  /**
   * @param root a folder; it need not exist until something is read
   */
  public DataFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * The rows' files of a task: of its alternatives, the first that is here.
   *
   * @throws MissingDataException when none is
   */
  public List<String> rowFiles(Task task) {
    for (String pattern : task.data().files()) {
      List<String> found = matching(pattern);
      if (!found.isEmpty()) {
        return found;
      }
    }
    throw missing(task, String.join(" or ", task.data().files()));
  }

  /**
   * All files of a task, with their digests: the rows' first, then those of labels and prompts.
   *
   * @throws MissingDataException when one is not here
   */
  public List<DataFile> files(Task task) {
    return Stream.concat(rowFiles(task).stream(), others(task).stream())
        .map(file -> new DataFile(file, Sha256.of(path(file))))
        .toList();
  }

  /**
   * Looks for the files of a task without reading them.
   *
   * @throws MissingDataException when one is not here
   */
  public void check(Task task) {
    rowFiles(task);
    others(task);
  }

  private List<String> others(Task task) {
    List<String> others =
        switch (task.request()) {
          case Request.NextToken next ->
              switch (next.labels()) {
                case Labels.Lines(String file) -> List.of(file);
                case Labels.Json(String file) -> List.of(file);
                case Labels.Words _ -> List.of();
              };
          case Request.Generate generate -> generate.promptFile().stream().toList();
          case Request.Score _, Request.Perplexity _ -> List.of();
        };
    others.forEach(
        file -> {
          if (matching(file).isEmpty()) {
            throw missing(task, file);
          }
        });
    return others;
  }

  /**
   * A file of the folder.
   *
   * @throws MissingDataException when it is not here
   */
  public Path path(String file) {
    try {
      Path path = root.resolve(file).toRealPath();
      if (!path.startsWith(root.toRealPath())) {
        throw new MissingDataException(
            "the data file %s lies outside of the data folder %s".formatted(file, root));
      }
      return path;
    } catch (IOException | InvalidPathException e) {
      throw new MissingDataException(
          "there is no data file %s in the data folder %s".formatted(file, root));
    }
  }

  private MissingDataException missing(Task task, String files) {
    return new MissingDataException(
        "the task %s needs %s in the data folder %s; get it with: %s"
            .formatted(
                task.name(), files, root, task.data().get().replace("{data}", root.toString())));
  }

  /** Files that fit a pattern with stars, relative to the folder, in the order of their names. */
  private List<String> matching(String pattern) {
    List<String> found = List.of("");
    for (String part : pattern.split("/", -1)) {
      Predicate<String> fits =
          Pattern.compile(
                  Stream.of(part.split("\\*", -1))
                      .map(Pattern::quote)
                      .collect(Collectors.joining(".*")))
              .asMatchPredicate();
      found =
          found.stream()
              .flatMap(
                  folder ->
                      names(folder).stream()
                          .filter(fits)
                          .map(name -> folder.isEmpty() ? name : folder + "/" + name))
              .toList();
    }
    return found.stream().filter(file -> Files.isRegularFile(root.resolve(file))).toList();
  }

  private List<String> names(String folder) {
    Path path = root.resolve(folder);
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> content = Files.list(path)) {
      return content.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
