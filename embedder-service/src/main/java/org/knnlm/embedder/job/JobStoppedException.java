package org.knnlm.embedder.job;

import org.knnlm.datastore.DatastoreName;

/** A job that was broken off because its service stops. */
public final class JobStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JobStoppedException(DatastoreName name, Throwable cause) {
    super("the service stopped while it made datastore " + name, cause);
  }
}
