package org.knnlm.embedder.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.DocumentReader;
import org.knnlm.corpus.LineReader;

/** The texts in a column of a CSV file; a document's line is the number of its record, from 1. */
final class CsvReader extends DocumentReader {
  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final CsvMapper CSV =
      CsvMapper.builder(
              CsvFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(LineReader.MAX_LINE_BYTES)
                          .build())
                  .build())
          .build();

  private final Path file;
  private final String column;
  private final MappingIterator<Map<String, String>> records;
  private long record;

  CsvReader(Path file, InputStream in, String column, char separator) throws IOException {
    this.file = file;
    this.column = column;
    var text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    text.mark(1);
    if (text.read() != BYTE_ORDER_MARK) {
      text.reset();
    }
    CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
    try {
      this.records = CSV.readerForMapOf(String.class).with(schema).readValues(text);
    } catch (JsonProcessingException e) {
      throw new CorpusException(file, 1, "malformed CSV: " + e.getOriginalMessage());
    }
  }

  @Override
  protected String read() {
    try {
      if (!records.hasNextValue()) {
        return null;
      }
      Map<String, String> fields = records.nextValue();
      record++;
      if (!fields.containsKey(column)) {
        throw new CorpusException(
            file, record, "no column \"%s\", found %s".formatted(column, fields.keySet()));
      }
      return fields.get(column) == null ? "" : fields.get(column);
    } catch (JsonProcessingException e) {
      throw new CorpusException(file, record + 1, "malformed CSV: " + e.getOriginalMessage());
    } catch (RuntimeJsonMappingException e) {
      throw new CorpusException(file, record + 1, "malformed CSV: " + e.getMessage());
    } catch (IOException e) {
      throw new CorpusException(file, record + 1, "cannot be read: " + e.getMessage());
    }
  }

  @Override
  protected long line() {
    return record;
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
