package org.knnlm.eval.db;

import java.sql.SQLException;

/** Tells errors of the database from others. */
public final class DatabaseErrors {
  private DatabaseErrors() {}

  /** Whether an exception, or what caused it, is the database's. */
  public static boolean isOne(Throwable e) {
    return e != null && (e instanceof SQLException || isOne(e.getCause()));
  }
}
