package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskTest {
  private static final String FILE =
      """
      task: mine
      version: 3
      description: a task
      data:
        files: [mine.jsonl, "mine/*.parquet"]
        get: fetch it to {data}
        skip: {field: label, values: ["3"]}
      score:
        options: choices.text
        premise: "{question|trim}"
        continuation: " {option}"
        answer: {field: key, among: choices.label}
      metrics: [tok_mean, lm]
      """;

  @TempDir private Path folder;

  @Test
  void theStudysTasksAreThere() {
    assertThat(new TaskCatalog(Optional.empty()).all())
        .extracting(Task::name)
        .containsExactly(
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
  }

  @Test
  void aFileIsATask() {
    Task task = Task.parse("mine.yaml", FILE);
    assertThat(task.name()).isEqualTo("mine");
    assertThat(task.version()).isEqualTo(3);
    assertThat(task.request()).isInstanceOf(Request.Score.class);
    assertThat(task.metrics()).extracting(Metric::name).containsExactly("tok_mean", "lm");
    assertThat(task.definition()).isEqualTo(FILE);
  }

  @Test
  void aFolderAddsTasksAndReplacesThoseOfTheSameName() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), FILE);
    Files.writeString(folder.resolve("b.yaml"), FILE.replace("task: mine", "task: obqa"));
    Files.writeString(folder.resolve("notes.txt"), "no task");
    var catalog = new TaskCatalog(Optional.of(folder));
    assertThat(catalog.all()).hasSize(22);
    assertThat(catalog.find("obqa").orElseThrow().version()).isEqualTo(3);
    assertThat(catalog.find("nothing")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "task: mine => task: ../mine => line 1: task: found \"../mine\"",
        "version: 3 => version: three => line 2: version: found \"three\"",
        "description: a task => about: a task => line 1: the key description is missing",
        "description: a task => description: {} => line 3: found a mapping, a text is needed",
        "files: [mine.jsonl => files: [/etc/passwd => line 5: files: found \"/etc/passwd\"",
        "files: [mine.jsonl => files: [../x.jsonl => line 5: files: found \"../x.jsonl\"",
        "get: fetch => got: fetch => line 5: the key get is missing",
        "score: => guess: => line 1: found none, exactly one of score, next_token, generate",
        "{question|trim} => {question|trin} => line 10: premise: found the filter \"trin\"",
        "among: choices.label => amongst: x => line 12: found none, exactly one of among, letters",
        "[tok_mean, lm] => [lm, acc] => line 13: metrics: found \"acc\", allowed are lm, tok_mean",
        "[tok_mean, lm] => [lm, lm] => line 13: metrics: found \"lm\" for the second time",
        "[tok_mean, lm] => [] => line 13: metrics: found none",
        "metrics: => metrics2: 1\\nmetrics: => line 13: found the key metrics2, allowed are",
        "score: => ]: => line 8: expected <block end>",
      })
  void theLineAtFaultIsNamed(String from, String to, String problem) {
    assertThatThrownBy(() -> Task.parse("mine.yaml", FILE.replace(from, to.replace("\\n", "\n"))))
        .isInstanceOf(TaskFileException.class)
        .hasMessageStartingWith("mine.yaml, " + problem);
  }

  @Test
  void anEmptyFileAndAListAreNoTasks() {
    assertThatThrownBy(() -> Task.parse("a.yaml", "")).hasMessageContaining("the file is empty");
    assertThatThrownBy(() -> Task.parse("a.yaml", "- a\n"))
        .hasMessageContaining("line 1: found a list, a mapping is needed");
    assertThatThrownBy(() -> Task.parse("a.yaml", "a: 1\na: 2\n"))
        .hasMessageContaining("line 2: the key a for the second time");
  }
}
