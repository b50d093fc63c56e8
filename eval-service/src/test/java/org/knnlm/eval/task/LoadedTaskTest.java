package org.knnlm.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedTaskTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ALL = Integer.MAX_VALUE;

  @TempDir private Path root;
  private final TaskCatalog catalog = new TaskCatalog(Optional.empty());
  private DataFolder data;

  @BeforeEach
  void open() {
    data = new DataFolder(root);
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  private Task task(String name) {
    return catalog.find(name).orElseThrow();
  }

  private LoadedTask load(String name, int limit) throws IOException {
    Task task = task(name);
    return LoadedTask.load(task, data.files(task), limit, data, LoadedTaskTest::lines);
  }

  @Test
  void missingDataIsNamedWithTheCommandThatGetsIt() {
    assertThatThrownBy(() -> data.files(task("obqa")))
        .isInstanceOf(MissingDataException.class)
        .hasMessage(
            "the task obqa needs openbookqa/test.jsonl or openbookqa/main/test-*.parquet in the data"
                + " folder %s; get it with: hf download allenai/openbookqa --repo-type dataset"
                    .formatted(root)
                + " --include \"main/test-*\" --local-dir %s/openbookqa".formatted(root));
  }

  @Test
  void theFilesOfLabelsAndPromptsAreNeededToo() throws Exception {
    write("mr/test.jsonl", "{\"label\": \"0\", \"text\": \"dull\"}\n");
    assertThatThrownBy(() -> data.check(task("mr")))
        .hasMessageContaining("needs label_names_sentidict.txt in");
    write("label_names_sentidict.txt", "bad, awful, poor\ngood, great\n");
    assertThat(data.files(task("mr")))
        .extracting(DataFile::path)
        .containsExactly("mr/test.jsonl", "label_names_sentidict.txt");
    assertThat(data.files(task("mr")).getLast().sha256()).hasSize(64);
    assertThat(load("mr", ALL).labels())
        .containsExactly(List.of("bad", "awful"), List.of("good", "great"));
  }

  @Test
  void rowsAreLeftOutAsTheTaskSays() throws Exception {
    write("sst2/label.txt", "bad\ngood\n");
    write(
        "sst2/test.jsonl",
        """
        {"label": "3", "text": "a"}
        {"label": "4", "text": "b"}
        {"label": "1", "text": "c"}
        """);
    assertThat(load("sst2", ALL).rows())
        .extracting(row -> row.text("text"))
        .containsExactly("b", "c");
    assertThat(load("sst2", 1).rows()).extracting(row -> row.text("text")).containsExactly("b");
    write(
        "nq_open/validation.jsonl",
        """
        {"question": "a", "answer": ["x", ")"]}
        {"question": "b", "answer": ["x"]}
        """);
    assertThat(load("nq", ALL).rows()).extracting(row -> row.text("question")).containsExactly("b");
  }

  @Test
  void subTasksBringTheirOwnShots() throws Exception {
    for (String name : List.of("snarks", "navigate")) {
      var rows = new StringBuilder();
      for (int i = 0; i < 5; i++) {
        rows.append("{\"input\": \"%s %d\", \"target\": \"t%d\"}\n".formatted(name, i, i));
      }
      write("bbh/%s.jsonl".formatted(name), rows.toString());
    }
    LoadedTask bbh = load("bbh", ALL);
    assertThat(bbh.rows())
        .extracting(Row::group)
        .containsExactly("navigate", "navigate", "snarks", "snarks");
    assertThat(bbh.shots().get("snarks"))
        .isEqualTo("snarks 0\nAnswer: t0\n\nsnarks 1\nAnswer: t1\n\nsnarks 2\nAnswer: t2\n\n");
    assertThat(bbh.prompt().fill(bbh.rows().getLast())).isEqualTo("snarks 4\nAnswer:");
    assertThat(load("bbh", 1).rows()).extracting(Row::group).containsExactly("navigate", "snarks");
  }

  @Test
  void aPromptMayBeAFile() throws Exception {
    write("gsm8k/test.jsonl", "{\"question\": \"2 + 2?\", \"answer\": \"#### 4\"}\n");
    write("gsm8k/prompt_8shot.txt", "Shots.\nQuestion: {question}\nAnswer: ");
    LoadedTask gsm8k = load("gsm8k", ALL);
    assertThat(gsm8k.prompt().fill(gsm8k.rows().getFirst()))
        .isEqualTo("Shots.\nQuestion: 2 + 2?\nAnswer: ");
  }

  @Test
  void aFileOutsideOfTheFolderIsNotRead() throws Exception {
    Path secret = Files.writeString(root.resolveSibling("secret-" + root.getFileName()), "x");
    Files.createDirectories(root.resolve("openbookqa"));
    Files.createSymbolicLink(root.resolve("openbookqa/test.jsonl"), secret);
    assertThatThrownBy(() -> data.files(task("obqa")))
        .isInstanceOf(MissingDataException.class)
        .hasMessageContaining("lies outside of the data folder");
    Files.delete(secret);
  }
}
