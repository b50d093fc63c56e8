package org.knnlm.eval.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knnlm.eval.task.RowReader;

/**
 * Rows of JSONL, CSV and Parquet files, read by DuckDB. Rows come as JSON, so that a value is what
 * the file says: objects of JSONL as they are written, the cells of CSV all texts.
 */
@ApplicationScoped
public class DuckDbRows implements RowReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public List<JsonNode> read(Path file) throws IOException {
    String name = file.toString();
    if (name.chars().anyMatch(c -> "*?[]{}".indexOf(c) >= 0)) {
      throw new IOException(name + ": a path with one of *?[]{} cannot be read");
    }
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:")) {
      try (Statement settings = duck.createStatement()) {
        // Nothing but the reading of this file: no extension is fetched, no setting changes later.
        settings.execute("set autoinstall_known_extensions = false");
        settings.execute("set autoload_known_extensions = false");
        settings.execute("set lock_configuration = true");
      }
      try (PreparedStatement query = duck.prepareStatement(query(name))) {
        query.setString(1, name);
        return rows(query);
      }
    } catch (SQLException e) {
      throw new IOException(name + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static String query(String name) throws IOException {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".jsonl")) {
      return "select json from read_ndjson_objects(?)";
    }
    if (lower.endsWith(".parquet")) {
      return "select cast(to_json(t) as varchar) from read_parquet(?) t";
    }
    if (lower.endsWith(".csv")) {
      return "select cast(to_json(t) as varchar) from read_csv(?, all_varchar = true, header = true) t";
    }
    throw new IOException(name + ": a file that ends in .jsonl, .parquet or .csv is needed");
  }

  private static List<JsonNode> rows(PreparedStatement query) throws SQLException, IOException {
    List<JsonNode> rows = new ArrayList<>();
    try (ResultSet result = query.executeQuery()) {
      while (result.next()) {
        JsonNode row = JSON.readTree(result.getString(1));
        if (!row.isObject()) {
          throw new IOException(
              "row %d is %s, an object is needed".formatted(rows.size() + 1, row.getNodeType()));
        }
        rows.add(row);
      }
    }
    return rows;
  }
}
