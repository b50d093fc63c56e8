package org.knnlm.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusReaderTest {
  @TempDir Path folder;

  @Test
  void jsonl() throws IOException {
    Path file =
        write(
            "{\"text\": \"one\"}\n\n{\"id\": 3, \"text\": \"  \"}\r\n{\"text\": \"four\\nlines\"}");
    try (var reader = new CorpusReader(file, new CorpusFormat.Jsonl())) {
      assertThat(rest(reader))
          .containsExactly(new Document(0, 1, "one"), new Document(1, 4, "four\nlines"));
      assertThat(reader.blank()).isEqualTo(2);
    }
  }

  @Test
  void lines() throws IOException {
    Path file = write("\uFEFFone\r\n \t\n  two \n");
    try (var reader = new CorpusReader(file, new CorpusFormat.Lines())) {
      assertThat(rest(reader))
          .containsExactly(new Document(0, 1, "one"), new Document(1, 3, "  two "));
      assertThat(reader.blank()).isEqualTo(1);
    }
  }

  @Test
  void textOfAnotherField() throws IOException {
    Path file = write("{\"content\": \"é\"}");
    try (var reader = new CorpusReader(file, new CorpusFormat.Jsonl("content"))) {
      assertThat(reader.next().text()).isEqualTo("é");
    }
  }

  @Test
  void nothingInAnEmptyFile() throws IOException {
    try (var reader = new CorpusReader(write(""), new CorpusFormat.Lines())) {
      assertThat(reader.hasNext()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\": \"cut off|malformed JSON",
        "{\"text\": \"a\"} {}|malformed JSON",
        "[1]|found an array, a JSON object is needed",
        "{\"txt\": 1}|no field \"text\", found [txt]",
        "{\"text\": 7}|field \"text\" is a number, a string is needed",
        "{\"text\": null}|field \"text\" is null, a string is needed",
        "{\"text\": \"\\ud800\"}|field \"text\" holds half of a surrogate pair",
      })
  void whatIsNoDocumentIsNamed(String line, String problem) throws IOException {
    Path file = write("{\"text\": \"fine\"}\n" + line + "\n");
    try (var reader = new CorpusReader(file, new CorpusFormat.Jsonl())) {
      reader.next();
      assertThatThrownBy(reader::next)
          .isInstanceOf(CorpusException.class)
          .hasMessageStartingWith(file + ", line 2: ")
          .hasMessageContaining(problem);
    }
  }

  @Test
  void whatIsNotUtf8IsNamed() throws IOException {
    Path file =
        Files.write(folder.resolve("latin1"), "a\nb\ncafé".getBytes(StandardCharsets.ISO_8859_1));
    try (var reader = new CorpusReader(file, new CorpusFormat.Lines())) {
      reader.next();
      reader.next();
      assertThatThrownBy(reader::hasNext)
          .isInstanceOf(CorpusException.class)
          .hasMessage(file + ", line 3: found byte 0xe9 at column 4, which is not UTF-8");
    }
  }

  @Test
  void orReplaced() throws IOException {
    byte[] bytes = "a\ncafé\n".getBytes(StandardCharsets.ISO_8859_1);
    var lines =
        new LineReader(
            folder.resolve("latin1"), new java.io.ByteArrayInputStream(bytes), Malformed.REPLACED);
    try (var reader = new CorpusReader(lines, new CorpusFormat.Lines())) {
      assertThat(rest(reader)).extracting(Document::text).containsExactly("a", "caf\uFFFD");
    }
  }

  @Test
  void aLineWithoutEndIsRefused() throws IOException {
    byte[] bytes = new byte[LineReader.MAX_LINE_BYTES + 1];
    java.util.Arrays.fill(bytes, (byte) 'x');
    Path file = Files.write(folder.resolve("long"), bytes);
    try (var reader = new CorpusReader(file, new CorpusFormat.Lines())) {
      assertThatThrownBy(reader::hasNext)
          .isInstanceOf(CorpusException.class)
          .hasMessage(file + ", line 1: longer than 67108864 bytes");
    }
  }

  @Test
  void linesMayCrossTheBuffer() throws IOException {
    List<String> expected = IntStream.range(0, 300).mapToObj(i -> "é".repeat(997) + i).toList();
    Path file = write(String.join("\n", expected));
    try (var reader = new CorpusReader(file, new CorpusFormat.Lines())) {
      assertThat(rest(reader)).extracting(Document::text).isEqualTo(expected);
    }
  }

  @Test
  void batches() {
    assertThat(new Document(999, 1, "x").batch()).isZero();
    assertThat(new Document(1000, 1, "x").batch()).isEqualTo(1);
  }

  @Test
  void extensions() {
    assertThat(CorpusFormat.ofExtension(Path.of("a/b.jsonl")))
        .contains(new CorpusFormat.Jsonl("text"));
    assertThat(CorpusFormat.ofExtension(Path.of("b.txt"))).contains(new CorpusFormat.Lines());
    assertThat(CorpusFormat.ofExtension(Path.of("b.parquet"))).isEmpty();
  }

  @Test
  void documentsOfTheReference() throws IOException {
    JsonNode info = Goldens.json("dstore/info.json");
    try (var reader =
        new CorpusReader(Goldens.file("corpus_small.jsonl"), new CorpusFormat.Jsonl())) {
      assertThat(rest(reader)).hasSize(info.get("articles").intValue());
    }
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("corpus"), content);
  }

  private static List<Document> rest(CorpusReader reader) {
    List<Document> documents = new ArrayList<>();
    reader.forEachRemaining(documents::add);
    return documents;
  }
}
