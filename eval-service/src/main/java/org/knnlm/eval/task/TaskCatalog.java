package org.knnlm.eval.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The tasks there are: the study's, and those of a folder, which may replace one by its name. */
public final class TaskCatalog {
  private static final List<String> STUDY =
      List.of(
          "obqa",
          "mmlu",
          "arc_easy",
          "arc_challenge",
          "hellaswag",
          "winogrande",
          "sst2",
          "mr",
          "cr",
          "rt",
          "rte",
          "cb",
          "hyp",
          "agn",
          "yahoo",
          "nq",
          "hotpotqa",
          "drop",
          "gsm8k",
          "bbh",
          "wikitext");

  private final Map<String, Task> tasks = new LinkedHashMap<>();

  /**
   * Reads all tasks.
   *
   * @param folder with further ones in files that end in .yaml; empty for none
   * @throws TaskFileException naming the file and line at fault
   */
  public TaskCatalog(Optional<Path> folder) {
    STUDY.forEach(name -> add(Task.parse(name + ".yaml", resource(name))));
    folder.ifPresent(this::addFolder);
  }

  private void addFolder(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
        add(Task.parse(file.toString(), Files.readString(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder of tasks cannot be read: " + e.getMessage(), e);
    }
  }

  private void add(Task task) {
    tasks.put(task.name(), task);
  }

  private static String resource(String name) {
    String path = "/tasks/" + name + ".yaml";
    try (InputStream in = TaskCatalog.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All tasks, the study's first. */
  public Collection<Task> all() {
    return tasks.values();
  }

  /** The task of a name. */
  public Optional<Task> find(String name) {
    return Optional.ofNullable(tasks.get(name));
  }
}
