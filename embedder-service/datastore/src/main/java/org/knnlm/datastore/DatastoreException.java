package org.knnlm.datastore;

import java.nio.file.Path;

/** A datastore directory that cannot be used, with the file at fault. */
public abstract sealed class DatastoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;
  private final String problem;

  private DatastoreException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
    this.file = file;
    this.problem = problem;
  }

  /** The file or folder at fault. */
  public Path file() {
    return file;
  }

  private String problem() {
    return problem;
  }

  /** A file or folder is not there. */
  public static final class Missing extends DatastoreException {
    private static final long serialVersionUID = 1L;

    Missing(Path file, String expected) {
      super(file, "missing, expected " + expected, null);
    }
  }

  /** A folder holds the files of several datastores. */
  public static final class Ambiguous extends DatastoreException {
    private static final long serialVersionUID = 1L;

    Ambiguous(Path folder, Object found) {
      super(
          folder, "found the keys of several datastores, %s, expected one".formatted(found), null);
    }
  }

  /** A manifest is torn, or what it says cannot be. */
  public static final class BadManifest extends DatastoreException {
    private static final long serialVersionUID = 1L;

    BadManifest(Path file, String problem, Throwable cause) {
      super(file, problem, cause);
    }
  }

  /** A file has a format that this version does not know. */
  public static final class UnsupportedVersion extends DatastoreException {
    private static final long serialVersionUID = 1L;

    UnsupportedVersion(Path file, int found, int oldest, int newest) {
      super(
          file,
          "found format version %d, expected %d to %d".formatted(found, oldest, newest),
          null);
    }
  }

  /** A file's size is not what the number of keys and their dimension need. */
  public static final class WrongSize extends DatastoreException {
    private static final long serialVersionUID = 1L;

    WrongSize(Path file, long found, long expected) {
      super(file, "found %d bytes, expected %d".formatted(found, expected), null);
    }
  }

  /** The end of a file is missing. */
  public static final class Truncated extends DatastoreException {
    private static final long serialVersionUID = 1L;

    Truncated(Path file, String problem) {
      super(file, problem, null);
    }
  }

  /** Bytes of a file are not those that were written. */
  public static final class Corrupt extends DatastoreException {
    private static final long serialVersionUID = 1L;

    Corrupt(Path file, String problem) {
      super(file, problem, null);
    }

    Corrupt(Path file, Part part, long found, long expected) {
      super(
          file,
          "found CRC-32C %08x of the %d keys from %d, expected %08x"
              .formatted(found, part.numKeys(), part.firstKey(), expected),
          null);
    }
  }

  /** What befell a file of a datastore that another was appended to, which cannot be read then. */
  public static final class UnusableBase extends DatastoreException {
    private static final long serialVersionUID = 1L;

    UnusableBase(Path appended, Base base, DatastoreException cause) {
      super(
          cause.file(),
          "%s; %s was appended to datastore %s"
              .formatted(cause.problem(), appended, base.datastore()),
          cause);
    }
  }

  /** The name is taken, by a datastore or by another process that makes one. */
  public static final class Taken extends DatastoreException {
    private static final long serialVersionUID = 1L;

    /** Says by what the name of a folder is taken. */
    public Taken(Path folder, String by) {
      super(folder, by, null);
    }
  }
}
