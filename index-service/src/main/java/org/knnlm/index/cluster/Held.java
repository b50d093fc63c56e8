package org.knnlm.index.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.knnlm.index.shard.IndexManifest;

/**
 * What an instance has of an index.
 *
 * @param indexId identity of the index; empty when there is none
 * @param shards numbers of its files, by their place in the manifest
 */
public record Held(String indexId, List<Integer> shards) {
  public Held {
    shards = List.copyOf(shards);
  }

  /** Identity of an index: instances that agree on it have the same files. */
  public static String idOf(IndexManifest index) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(index.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  boolean has(String wantedIndex, int shard) {
    return indexId.equals(wantedIndex) && shards.contains(shard);
  }
}
