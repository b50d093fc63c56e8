package org.knnlm.embedder.source;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.duckdb.DuckDBDriver;
import org.knnlm.corpus.CorpusException;
import org.knnlm.corpus.DocumentReader;

/**
 * The texts in a column of a Parquet file, read by DuckDB a batch of rows at a time; a document's
 * line is the number of its row, from 1.
 */
final class ParquetReader extends DocumentReader {
  private final Path file;
  private final Connection duckdb;
  private final Statement statement;
  private final ResultSet rows;
  private long row;

  // closed with the reader, or here when it cannot be made
  @SuppressWarnings("resource")
  ParquetReader(Path file, String column) throws IOException {
    this.file = file;
    Connection connection = null;
    try {
      var streaming = new Properties();
      streaming.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
      connection = new DuckDBDriver().connect("jdbc:duckdb:", streaming);
      duckdb = connection;
      statement = duckdb.createStatement();
      // one thread gives the rows in their order without holding row groups back
      statement.execute("SET threads = 1");
      statement.execute("SET autoload_known_extensions = false");
      requireText(column);
      rows =
          statement.executeQuery(
              "SELECT \"%s\" FROM %s".formatted(column.replace("\"", "\"\""), table()));
    } catch (SQLException | RuntimeException e) {
      close(connection);
      throw e instanceof SQLException sql ? problem(sql) : (RuntimeException) e;
    }
  }

  private String table() {
    return "read_parquet('%s')".formatted(file.toString().replace("'", "''"));
  }

  private void requireText(String column) throws SQLException {
    Map<String, String> types = new LinkedHashMap<>();
    try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table())) {
      while (described.next()) {
        types.put(described.getString(1), described.getString(2));
      }
    }
    String type = types.get(column);
    if (type == null) {
      throw new CorpusException(
          file, 1, "no column \"%s\", found %s".formatted(column, types.keySet()));
    }
    if (!type.equals("VARCHAR")) {
      throw new CorpusException(
          file, 1, "column \"%s\" is %s, a string is needed".formatted(column, type));
    }
  }

  @Override
  protected String read() {
    try {
      if (!rows.next()) {
        return null;
      }
      row++;
      String text = rows.getString(1);
      return text == null ? "" : text;
    } catch (SQLException e) {
      throw problem(e);
    }
  }

  private CorpusException problem(SQLException e) {
    return new CorpusException(file, row + 1, "cannot be read: " + e.getMessage());
  }

  @Override
  protected long line() {
    return row;
  }

  @Override
  public void close() {
    close(duckdb);
  }

  private static void close(Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not close", e);
    }
  }
}
