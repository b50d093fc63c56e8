package org.knnlm.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The documents of a corpus file, one after the other. Blank lines and blank documents are skipped
 * and counted.
 */
public final class CorpusReader implements Iterator<Document>, AutoCloseable {
  private static final ObjectReader JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build().reader();

  private final LineReader lines;
  private final CorpusFormat format;
  private long documents;
  private long blank;
  private Document next;

  /**
   * Opens a file.
   *
   * @throws IOException when it cannot be read
   */
  public CorpusReader(Path file, CorpusFormat format) throws IOException {
    this(new LineReader(file), format);
  }

  /** Reads the documents in lines; the lines are closed with the reader. */
  public CorpusReader(LineReader lines, CorpusFormat format) {
    this.lines = lines;
    this.format = format;
  }

  /** Lines and documents skipped so far because they are blank. */
  public long blank() {
    return blank;
  }

  /**
   * Whether there is another document.
   *
   * @throws CorpusException when the next line that is not blank is no document
   */
  @Override
  public boolean hasNext() {
    while (next == null && lines.hasNext()) {
      String line = lines.next();
      String text = line.isBlank() ? line : text(line);
      if (text.isBlank()) {
        blank++;
      } else {
        next = new Document(documents++, lines.line(), text);
      }
    }
    return next != null;
  }

  /**
   * The next document.
   *
   * @throws CorpusException when the next line that is not blank is no document
   */
  @Override
  public Document next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no document %d".formatted(documents));
    }
    Document document = next;
    next = null;
    return document;
  }

  private String text(String line) {
    return switch (format) {
      case CorpusFormat.Lines() -> line;
      case CorpusFormat.Jsonl(String field) -> text(line, field);
    };
  }

  private String text(String line, String field) {
    JsonNode object;
    try {
      object = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw problem("malformed JSON: " + e.getOriginalMessage());
    }
    if (!object.isObject()) {
      throw problem("found %s, a JSON object is needed".formatted(kind(object)));
    }
    JsonNode text = object.get(field);
    if (text == null) {
      throw problem(
          "no field \"%s\", found %s"
              .formatted(field, object.propertyStream().map(e -> e.getKey()).toList()));
    }
    if (!text.isTextual()) {
      throw problem("field \"%s\" is %s, a string is needed".formatted(field, kind(text)));
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text.textValue())) {
      throw problem("field \"%s\" holds half of a surrogate pair".formatted(field));
    }
    return text.textValue();
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> throw new IllegalStateException("not JSON: " + node);
    };
  }

  private CorpusException problem(String problem) {
    return new CorpusException(lines.file(), lines.line(), problem);
  }

  @Override
  public void close() {
    lines.close();
  }
}
