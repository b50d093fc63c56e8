package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Folders of datastores. */
final class Folders {
  private Folders() {}

  /** Checksums of the keys, values, documents and index files of a datastore. */
  static Map<String, Long> checksums(Path datastore) throws IOException {
    Map<String, Long> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(datastore)) {
      for (Path file :
          files.filter(it -> it.toString().matches(".*\\.(npy|bin|indexed)")).toList()) {
        var crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        all.put(file.getFileName().toString(), crc.getValue());
      }
    }
    assertThat(all).hasSizeGreaterThanOrEqualTo(3);
    return all;
  }

  /** Parts of a datastore under way that are written: records of its journal. */
  static int partsWritten(Path datastores, String name) throws IOException {
    Path journal = datastores.resolve(".%s.partial/work/journal".formatted(name));
    if (!Files.exists(journal)) {
      return 0;
    }
    byte[] records = Files.readAllBytes(journal);
    int written = 0;
    for (int at = 0; at + 16 <= records.length; at += 16) {
      written += (records[at] | records[at + 1] | records[at + 2] | records[at + 3]) == 0 ? 0 : 1;
    }
    return written;
  }
}
