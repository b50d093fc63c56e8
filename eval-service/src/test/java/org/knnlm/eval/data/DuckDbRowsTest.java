package org.knnlm.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DuckDbRowsTest {
  @TempDir private Path folder;
  private final DuckDbRows reader = new DuckDbRows();

  @Test
  void aLineOfJsonIsTakenAsItIs() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("a.jsonl"),
            """
            {"label": "01", "date": "2020-01-01", "n": 3, "": "x"}
            {"label": null, "list": ["é", "\\n"], "other": {"a": 1.50}}
            """);
    List<JsonNode> rows = reader.read(file);
    assertThat(rows.getFirst().toString())
        .isEqualTo("{\"label\":\"01\",\"date\":\"2020-01-01\",\"n\":3,\"\":\"x\"}");
    assertThat(rows.getLast().at("/list/0").asText()).isEqualTo("é");
    assertThat(rows.getLast().at("/other/a").asText()).isEqualTo("1.5");
  }

  @Test
  void sqlInANameIsPartOfTheName() throws Exception {
    String name = "a'); copy (select 1) to 'made.csv'; --.jsonl";
    Path file = Files.writeString(folder.resolve(name), "{\"a\": \"'; --\"}\n");
    assertThat(reader.read(file).getFirst().get("a").asText()).isEqualTo("'; --");
    assertThat(folder).isDirectoryNotContaining("glob:**made.csv");
  }

  @Test
  void theCellsOfCsvAreTexts() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("a.csv"), "Class Index,Title\n03,\"a, \"\"b\"\"\nc\"\n4,\n");
    List<JsonNode> rows = reader.read(file);
    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst().get("Class Index").asText()).isEqualTo("03");
    assertThat(rows.getFirst().get("Title").asText()).isEqualTo("a, \"b\"\nc");
  }

  @Test
  void parquetKeepsItsListsAndStructures() throws Exception {
    Path file = folder.resolve("a.parquet");
    try (var duck = DriverManager.getConnection("jdbc:duckdb:");
        var statement = duck.createStatement()) {
      statement.execute(
          "copy (select i as n, {'text': ['a', 'b'], 'label': ['A', 'B']} as choices"
              + " from range(3000) r(i)) to '"
              + file
              + "'");
    }
    List<JsonNode> rows = reader.read(file);
    assertThat(rows).hasSize(3000);
    assertThat(rows.get(2999).get("n").asInt()).isEqualTo(2999);
    assertThat(rows.getFirst().at("/choices/label/1").asText()).isEqualTo("B");
  }

  @Test
  void whatIsNoRowIsAnErrorThatNamesTheFile() throws Exception {
    Path broken = Files.writeString(folder.resolve("b.jsonl"), "{\"a\": 1}\n{\"a\": \n");
    assertThatThrownBy(() -> reader.read(broken))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("b.jsonl");
    Path list = Files.writeString(folder.resolve("c.jsonl"), "[1]\n");
    assertThatThrownBy(() -> reader.read(list)).isInstanceOf(IOException.class);
    Path other = Files.writeString(folder.resolve("d.txt"), "a\n");
    assertThatThrownBy(() -> reader.read(other)).hasMessageContaining("ends in .jsonl");
    Path star = Files.writeString(folder.resolve("e*.jsonl"), "{}\n");
    assertThatThrownBy(() -> reader.read(star)).hasMessageContaining("cannot be read");
  }
}
