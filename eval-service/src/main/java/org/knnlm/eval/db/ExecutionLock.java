package org.knnlm.eval.db;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Of all services on one database, one carries out runs at a time: it holds an advisory lock, which
 * PostgreSQL takes back with the connection.
 */
@ApplicationScoped
public class ExecutionLock {
  private static final long KEY = 0x6b_6e_6e_6c_6dL; // "knnlm"

  private final AgroalDataSource dataSource;

  ExecutionLock(AgroalDataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** What only one service may do. */
  @FunctionalInterface
  public interface Work {
    void run() throws InterruptedException;
  }

  /** Does the work with the lock held, or nothing when another service has it. */
  public void ifFree(Work work) throws SQLException, InterruptedException {
    try (Connection connection = dataSource.getConnection()) {
      if (call(connection, "select pg_try_advisory_lock(?)")) {
        try {
          work.run();
        } finally {
          call(connection, "select pg_advisory_unlock(?)");
        }
      }
    }
  }

  private static boolean call(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, KEY);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }
}
