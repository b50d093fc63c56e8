package org.knnlm.embedder.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.Document;
import org.knnlm.corpus.LineReader;
import org.knnlm.corpus.WikiText;

class CorpusDocumentsTest {
  @TempDir Path folder;

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static List<Document> read(CorpusDocuments documents) {
    List<Document> read = new ArrayList<>();
    documents.forEachRemaining(read::add);
    return read;
  }

  private static CorpusDocuments documents(Path... files) {
    return new CorpusDocuments(
        Corpus.of("corpus", List.of(files), Optional.empty(), Layout.DEFAULT_TEXT));
  }

  private static CorpusDocuments documents(Path file, Layout layout) {
    return new CorpusDocuments(new Corpus("corpus", List.of(new CorpusFile(file, layout))));
  }

  @Test
  void indexesAndLinesGoOnFromFileToFile() throws IOException {
    Path one = write("1.txt", "a\n\nb\n\n");
    Path two = write("2.jsonl", "{\"text\": \"c\"}\n");
    Path three = write("3.csv", "id,text\n7,\"d, and\nmore\"\n8,\n9,e\n");
    try (var documents = documents(one, two, three)) {
      assertThat(read(documents))
          .containsExactly(
              new Document(0, 1, "a"),
              new Document(1, 3, "b"),
              new Document(2, 5, "c"),
              new Document(3, 6, "d, and\nmore"),
              new Document(4, 8, "e"));
      assertThat(documents.blank()).isEqualTo(3);
      assertThat(documents.replaced()).isZero();
      String sums =
          "%s  %s\n%s  %s\n%s  %s\n"
              .formatted(sha256(one), one, sha256(two), two, sha256(three), three);
      assertThat(documents.sha256Digest()).isEqualTo(sha256(sums.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String sha256(Path file) throws IOException {
    return sha256(Files.readAllBytes(file));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void gzipOfSeveralMembers() throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (String text : List.of("a\nb", "c\nd\n")) {
      try (var gzip = new GZIPOutputStream(bytes)) {
        gzip.write(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    Path file = Files.write(folder.resolve("a.txt.gz"), bytes.toByteArray());
    try (var documents = documents(file)) {
      assertThat(read(documents)).extracting(Document::text).containsExactly("a", "bc", "d");
      assertThat(documents.sha256Digest()).isEqualTo(sha256(file));
    }
    Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() - 9));
    try (var documents = documents(file)) {
      assertThatThrownBy(() -> read(documents))
          .isInstanceOf(CorpusException.class)
          .hasMessageContaining("a.txt.gz, line ")
          .hasMessageContaining("cannot be read: ");
    }
    Files.writeString(file, "no gzip");
    try (var documents = documents(file)) {
      assertThatThrownBy(() -> read(documents))
          .isInstanceOf(CorpusException.class)
          .hasMessageContaining("cannot be read: Not in GZIP format");
    }
  }

  @Test
  void zstd() throws IOException {
    byte[] text = "a\nb\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("a.txt.zst");
    try (var zstd = new io.airlift.compress.v3.zstd.ZstdOutputStream(Files.newOutputStream(file))) {
      zstd.write(text);
    }
    try (var documents = documents(file)) {
      assertThat(read(documents)).hasSize(200_000);
      assertThat(documents.sha256Digest()).isEqualTo(sha256(file));
    }
  }

  @Test
  void articlesAreThoseOfWikiText() throws IOException {
    String text =
        "\n before \n\n = = = A = = = \n\n one \n two\n = = = = B = = = = \n = = = C = = = \n three ";
    Path file = write("wiki.txt", text);
    try (var documents = documents(file, new Layout.Articles())) {
      List<Document> found = read(documents);
      assertThat(found)
          .extracting(Document::text)
          .isEqualTo(WikiText.articles(text.lines().iterator()));
      assertThat(found).extracting(Document::line).containsExactly(2L, 4L, 8L, 9L);
    }
    write("wiki.txt", "\n = = = A = = = \n one");
    try (var documents = documents(file, new Layout.Articles())) {
      assertThat(read(documents)).containsExactly(new Document(0, 2, "= = = A = = =\none"));
      assertThat(documents.blank()).isZero();
    }
  }

  @Test
  void aFileIsADocument() throws IOException {
    Path one = write("1.md", "\uFEFFone\n\ntwo\n");
    Path two = write("2.md", "  ");
    var corpus = Corpus.of("c", List.of(one, two, one), Optional.of(new Layout.Whole()), "");
    try (var documents = new CorpusDocuments(corpus)) {
      assertThat(read(documents))
          .containsExactly(new Document(0, 1, "one\n\ntwo\n"), new Document(1, 3, "one\n\ntwo\n"));
      assertThat(documents.blank()).isEqualTo(1);
    }
  }

  @Test
  void bytesThatAreNotUtf8AreReplacedAndCounted() throws IOException {
    Path file =
        Files.write(folder.resolve("a.txt"), "café\nfine\n".getBytes(StandardCharsets.ISO_8859_1));
    Path json = write("b.jsonl", "{\"text\": \"half \\ud800 pair\"}");
    Path csv =
        Files.write(folder.resolve("c.csv"), "text\nè\n".getBytes(StandardCharsets.ISO_8859_1));
    try (var documents = documents(file, json, csv)) {
      assertThat(read(documents))
          .extracting(Document::text)
          .containsExactly("caf\uFFFD", "fine", "half \uFFFD pair", "\uFFFD");
      assertThat(documents.replaced()).isEqualTo(3);
    }
  }

  @Test
  void tabsSeparateInTsv() throws IOException {
    try (var documents = documents(write("a.tsv", "\uFEFFtext\tb\nx, y\tz\n"))) {
      assertThat(read(documents)).containsExactly(new Document(0, 1, "x, y"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "b\\n1\\n|row|no column \"text\", found [b]",
        "text\\n\"a\" b\\n|row|malformed CSV",
      })
  void whatIsNoCsvIsNamed(String content, String unused, String problem) throws IOException {
    Path file = write("a.csv", content.replace("\\n", "\n"));
    try (var documents = documents(file)) {
      assertThatThrownBy(() -> read(documents))
          .isInstanceOf(CorpusException.class)
          .hasMessageStartingWith(file + ", line 1: ")
          .hasMessageContaining(problem);
    }
  }

  private Path parquet(String name, String select) throws SQLException {
    Path file = folder.resolve(name);
    try (var duckdb = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
        var statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (%s) TO '%s' (FORMAT parquet, ROW_GROUP_SIZE 2048)"
              .formatted(select, file.toString().replace("'", "''")));
    }
    return file;
  }

  @Test
  void parquetInItsOrder() throws SQLException, IOException {
    int rows = 20_000;
    Path file =
        parquet(
            "it's.parquet",
            "SELECT i AS id, CASE WHEN i %% 10 = 3 THEN NULL ELSE 'row ' || i || ' é' END AS text FROM range(%d) t(i)"
                .formatted(rows));
    try (var documents = documents(file)) {
      assertThat(read(documents))
          .extracting(Document::text)
          .isEqualTo(
              IntStream.range(0, rows)
                  .filter(i -> i % 10 != 3)
                  .mapToObj("row %d é"::formatted)
                  .toList());
      assertThat(documents.blank()).isEqualTo(rows / 10);
      assertThat(documents.sha256Digest()).isEqualTo(sha256(file));
    }
    try (var documents = documents(file, new Layout.Parquet("body"))) {
      assertThatThrownBy(documents::hasNext)
          .isInstanceOf(CorpusException.class)
          .hasMessageContaining("no column \"body\", found [id, text]");
    }
    try (var documents = documents(file, new Layout.Parquet("id"))) {
      assertThatThrownBy(documents::hasNext)
          .isInstanceOf(CorpusException.class)
          .hasMessageContaining("column \"id\" is BIGINT, a string is needed");
    }
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 5000));
    try (var documents = documents(file)) {
      assertThatThrownBy(documents::hasNext)
          .isInstanceOf(CorpusException.class)
          .hasMessageContaining("cannot be read: ");
    }
  }

  /** Ten million tokens are some fifty megabytes. */
  @Test
  void hugeDocuments() throws IOException {
    String word = "word ";
    int words = 10_000_000;
    Path lines = folder.resolve("a.txt");
    Path json = folder.resolve("b.jsonl");
    try (var out = Files.newBufferedWriter(lines);
        var object = Files.newBufferedWriter(json)) {
      object.write("{\"text\": \"");
      for (int i = 0; i < words; i++) {
        out.write(word);
        object.write(word);
      }
      object.write("\"}\n");
      out.write("\nshort\n");
    }
    try (var documents = documents(lines, json)) {
      assertThat(documents.next().text()).hasSize(words * word.length());
      assertThat(documents.next().text()).isEqualTo("short");
      assertThat(documents.next().text()).hasSize(words * word.length());
      assertThat(documents.hasNext()).isFalse();
    }
    assertThat(words * word.length()).isLessThan(LineReader.MAX_LINE_BYTES);
  }
}
