package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Part PART = new Part(10, 5, 0xffff_ffffL, 7);

  @TempDir Path root;

  @Test
  void partsAreReadBack() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var journal = new Journal(staging);
        var other = new Journal(staging)) {
      journal.write(3, PART);
      assertThat(other.read(3, 10, 5)).contains(PART);
      assertThat(other.read(0, 0, 2)).isEmpty();
      assertThat(other.read(2, 8, 2)).isEmpty();
      assertThat(other.read(4, 15, 2)).isEmpty();
    }
  }

  /** A process may die between any two bytes, and a disk may give others. */
  @Test
  void halfAndChangedRecordsAreNone() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var journal = new Journal(staging)) {
      journal.write(1, PART);
      Path file = staging.work().resolve("journal");
      byte[] whole = Files.readAllBytes(file);
      for (int length = 0; length < whole.length; length++) {
        Files.write(file, java.util.Arrays.copyOf(whole, length));
        assertThat(journal.read(1, 10, 5)).as("%d bytes", length).isEmpty();
      }
      for (int i = whole.length / 2; i < whole.length; i++) {
        byte[] changed = whole.clone();
        changed[i] ^= 0x10;
        Files.write(file, changed);
        assertThat(journal.read(1, 10, 5)).as("byte %d", i).isEmpty();
      }
      byte[] elsewhere = new byte[whole.length + 16];
      System.arraycopy(whole, 16, elsewhere, 32, 16);
      Files.write(file, elsewhere);
      assertThat(journal.read(2, 10, 5)).as("of another part").isEmpty();
      Files.write(file, whole);
      assertThat(journal.read(1, 10, 5)).contains(PART);
    }
  }
}
