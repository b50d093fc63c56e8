package org.knnlm.it.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A corpus of several parts, a text and a task, cut from the texts that come with the project. */
record Texts(Path corpus, Path text, Path tasks, Path data) {
  static final Path MODEL = Images.ROOT.resolve("deploy/local/tinyfacts/tinyfacts-2.8m");

  /** Documents of one part. */
  static final int PART = 1000;

  private static final Path SOURCE = Images.ROOT.resolve("deploy/local/tinyfacts/corpus.jsonl");
  private static final int WORDS = 4;
  private static final int OPTIONS = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The task that is written to a file of its name. */
  static final String TASK =
      """
      task: ends
      version: 1
      description: how a sentence goes on
      data: {files: [ends.jsonl], get: nothing}
      score:
        options: options
        premise: "{begin}"
        continuation: " {option}"
        domain: " so"
        answer: {field: answer, first: 0}
      metrics: [lm, tok_mean, dcpmi]
      """;

  /**
   * @param parts of the corpus
   * @param documents of the text, the longer ones of the project's
   * @param examples of the task
   */
  static Texts write(Path root, int parts, int documents, int examples) throws IOException {
    List<String> words = new ArrayList<>();
    List<String> lines = Files.readAllLines(SOURCE);
    for (String line : lines) {
      words.addAll(List.of(JSON.readTree(line).get("text").asText().strip().split("\\s+")));
    }
    Files.createDirectories(root.resolve("data"));
    Files.createDirectories(root.resolve("tasks"));
    Files.writeString(root.resolve("tasks/ends.yaml"), TASK);
    Files.write(
        root.resolve("data/ends.jsonl"),
        IntStream.range(0, examples).mapToObj(i -> example(words, i)).toList());
    return new Texts(
        Files.write(
            root.resolve("corpus.txt"),
            IntStream.range(0, parts * PART - PART / 2).mapToObj(i -> words(words, i, 1)).toList()),
        Files.write(root.resolve("text.jsonl"), lines.subList(0, documents)),
        root.resolve("tasks"),
        root.resolve("data"));
  }

  private static String words(List<String> words, int at, int times) {
    return String.join(
        " ",
        IntStream.range(at * WORDS, (at + times) * WORDS)
            .mapToObj(i -> words.get(i % words.size()))
            .toList());
  }

  private static String example(List<String> words, int index) {
    int at = 10 * index;
    return JSON.valueToTree(
            Map.of(
                "begin",
                words(words, at, 8),
                "options",
                IntStream.range(0, OPTIONS)
                    .mapToObj(o -> words(words, at + 8 + (index + o) % OPTIONS * 9, 1))
                    .toList(),
                "answer",
                (OPTIONS - index % OPTIONS) % OPTIONS))
        .toString();
  }
}
