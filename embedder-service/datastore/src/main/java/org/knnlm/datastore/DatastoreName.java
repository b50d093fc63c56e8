package org.knnlm.datastore;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Name of a datastore, and of its folder.
 *
 * @param value lower-case letters, digits, '.', '_' and '-', at most 64, beginning with a letter or
 *     digit
 */
public record DatastoreName(String value) {
  private static final Pattern ALLOWED = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  public DatastoreName {
    if (!ALLOWED.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "found \"%s\", allowed are lower-case letters, digits, '.', '_' and '-', at most 64, beginning with a letter or digit"
              .formatted(value));
    }
  }

  /** The folder of the datastore under a root folder. */
  public Path in(Path root) {
    return root.resolve(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
