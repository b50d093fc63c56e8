package org.knnlm.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The documents of a file that has one a line; blank lines are blank documents. */
public final class CorpusReader extends DocumentReader {
  /** A line is limited already. */
  private static final StreamReadConstraints LONG_TEXTS =
      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();

  private static final ObjectReader JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(LONG_TEXTS).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  private final LineReader lines;
  private final CorpusFormat format;

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

  @Override
  protected String read() {
    if (!lines.hasNext()) {
      return null;
    }
    String line = lines.next();
    return line.isBlank() ? line : text(line);
  }

  @Override
  protected long line() {
    return lines.line();
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
    String value = text.textValue();
    if (StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      return value;
    }
    return switch (lines.malformed()) {
      case REFUSED -> throw problem("field \"%s\" holds half of a surrogate pair".formatted(field));
      case REPLACED ->
          value
              .codePoints()
              .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
    };
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
