package org.knnlm.eval.db;

import java.sql.SQLException;
import java.util.Optional;

/** What went wrong with a database. */
public final class DatabaseErrors {
  private DatabaseErrors() {}

  /** Whether an exception, or what caused it, is the database's. */
  public static boolean isOne(Throwable e) {
    return e != null && (e instanceof SQLException || isOne(e.getCause()));
  }

  /** Why it cannot answer now, if that is the reason: a later attempt may succeed. */
  public static Optional<SQLException> passing(Throwable e) {
    if (e == null) {
      return Optional.empty();
    }
    return e instanceof SQLException sql && isPassing(sql.getSQLState())
        ? Optional.of(sql)
        : passing(e.getCause());
  }

  /** No connection (the pool's own errors have no state), no room, or a server that stops. */
  private static boolean isPassing(String state) {
    return state == null
        || state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57P");
  }
}
