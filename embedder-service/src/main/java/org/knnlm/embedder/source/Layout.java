package org.knnlm.embedder.source;

import java.util.Optional;

/** How documents lie in a file. */
public sealed interface Layout {
  /** The field or column where most corpora keep their text. */
  String DEFAULT_TEXT = "text";

  /** One JSON object a line, its text in the named field. */
  record Jsonl(String field) implements Layout {}

  /** One document a line. */
  record Lines() implements Layout {}

  /** The file is the document. */
  record Whole() implements Layout {}

  /** WikiText: a document an article, which a line {@code = = = … = = =} begins. */
  record Articles() implements Layout {}

  /** Records as in RFC 4180 after a line of column names, the text in the named column. */
  record Csv(String column, char separator) implements Layout {
    /** Separated by tabs in files called .tsv, by commas in others. */
    public static Csv of(String name, String column) {
      return new Csv(column, name.contains(".tsv") ? '\t' : ',');
    }
  }

  /** Apache Parquet, the text in the named column of strings. */
  record Parquet(String column) implements Layout {}

  /**
   * The layout that an extension tells.
   *
   * @param fileName without the extension of its compression
   * @param text field or column of the text, where there are some
   */
  static Optional<Layout> ofExtension(String fileName, String text) {
    return Optional.ofNullable(
        switch (fileName.substring(fileName.lastIndexOf('.') + 1)) {
          case "jsonl", "ndjson" -> new Jsonl(text);
          case "txt" -> new Lines();
          case "csv", "tsv" -> Csv.of(fileName, text);
          case "parquet" -> new Parquet(text);
          default -> null;
        });
  }

  /** Whether the text is one field or column of several. */
  default boolean hasColumns() {
    return switch (this) {
      case Jsonl _, Csv _, Parquet _ -> true;
      case Lines _, Whole _, Articles _ -> false;
    };
  }
}
