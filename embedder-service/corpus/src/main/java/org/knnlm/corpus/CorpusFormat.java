package org.knnlm.corpus;

import java.nio.file.Path;
import java.util.Optional;

/** How documents lie in a UTF-8 file. */
public sealed interface CorpusFormat {
  /** One JSON object a line, its text in the named field. */
  record Jsonl(String textField) implements CorpusFormat {
    /** The field where most corpora keep their text. */
    public static final String DEFAULT_TEXT_FIELD = "text";

    public Jsonl {
      if (textField.isEmpty()) {
        throw new IllegalArgumentException("the name of the text field is empty");
      }
    }

    /** JSONL with its text in {@value #DEFAULT_TEXT_FIELD}. */
    public Jsonl() {
      this(DEFAULT_TEXT_FIELD);
    }
  }

  /** One document a line. */
  record Lines() implements CorpusFormat {}

  /** The format that the extension of a file tells: .jsonl or .txt. */
  static Optional<CorpusFormat> ofExtension(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".jsonl")) {
      return Optional.of(new Jsonl());
    }
    return name.endsWith(".txt") ? Optional.of(new Lines()) : Optional.empty();
  }
}
