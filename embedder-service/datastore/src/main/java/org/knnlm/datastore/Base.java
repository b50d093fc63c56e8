package org.knnlm.datastore;

/**
 * A datastore whose files are the beginning of one that was appended to it: its own files, not
 * those that it has from bases itself.
 *
 * @param datastore its name; its folder lies beside that of the datastore which refers to it
 * @param numKeys keys in its own files
 * @param manifestSha256 digest of its manifest, and so of all checksums in it
 */
public record Base(String datastore, long numKeys, String manifestSha256) {
  public Base {
    var unused = new DatastoreName(datastore);
    if (numKeys < 1) {
      throw new IllegalArgumentException("numKeys is %d, at least 1 is needed".formatted(numKeys));
    }
    Origin.requireSha256("manifestSha256", manifestSha256);
  }
}
