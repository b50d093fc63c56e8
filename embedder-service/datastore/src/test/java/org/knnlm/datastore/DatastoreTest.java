package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatastoreTest {
  @TempDir Path root;
  private Path folder;

  @BeforeEach
  void sample() throws IOException {
    folder = Sample.write(root);
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    try (var datastore = Datastore.open(folder)) {
      assertThat(datastore.size()).isEqualTo(Sample.KEYS);
      assertThat(datastore.dimension()).isEqualTo(Sample.DIMENSION);
      assertThat(datastore.manifest().orElseThrow().origin()).isEqualTo(Sample.ORIGIN);
      for (int i = 0; i < Sample.KEYS; i++) {
        float[] key = new float[5];
        datastore.key(i, key, 1);
        float[] expected = Sample.key(i);
        assertThat(key).containsExactly(0, expected[0], expected[1], expected[2], 0);
        assertThat(datastore.value(i)).isEqualTo(100 + i);
      }
      datastore.verify();
    }
  }

  @Test
  void readsKeysInBulk() throws IOException {
    try (var datastore = Datastore.open(folder);
        var arena = Arena.ofConfined()) {
      float[] expected = {1, 1.5f, -1, 2, 2.5f, -2};
      float[] array = new float[6];
      datastore.keys(1, 2, array, 0);
      assertThat(array).isEqualTo(expected);
      MemorySegment segment = arena.allocate(ValueLayout.JAVA_FLOAT, 6);
      datastore.keys(1, 2, segment);
      assertThat(segment.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
    }
  }

  @Test
  void readsTheReferencesFolder() throws IOException {
    Files.delete(folder.resolve(DatastoreManifest.FILE));
    try (var datastore = Datastore.open(folder)) {
      assertThat(datastore.manifest()).isEmpty();
      assertThat(datastore.files()).isEqualTo(new DatastoreFiles("gpt_neox", 5, 3));
      assertThat(datastore.value(4)).isEqualTo(104);
      datastore.verify();
    }
  }

  @Test
  void readsTheGoldens() throws IOException {
    Path goldens =
        Path.of(System.getProperty("knnlm.root")).resolveSibling("shared/goldens/dstore");
    assumeTrue(Files.exists(goldens), "no goldens: " + goldens + " is absent");
    try (var datastore = Datastore.open(goldens)) {
      assertThat(datastore.files()).isEqualTo(new DatastoreFiles("llama", 9215, 576));
      float[] keys = new float[9215 * 576];
      datastore.keys(0, 9215, keys, 0);
      float sum = 0;
      for (float element : keys) {
        sum += element;
      }
      assertThat(sum).isFinite();
    }
  }

  @Test
  void theLargestValueIsFoundAndNoneIsNegative() throws IOException {
    try (var datastore = Datastore.open(folder)) {
      assertThat(datastore.largestValue()).isEqualTo(104);
    }
    Path values = folder.resolve("dstore_gpt_neox_5_3_vals.npy");
    byte[] bytes = Files.readAllBytes(values);
    bytes[11] = (byte) 0x80;
    Files.write(values, bytes);
    try (var datastore = Datastore.open(folder)) {
      assertThatThrownBy(datastore::largestValue)
          .isInstanceOf(DatastoreException.Corrupt.class)
          .hasMessage(values + ": the value of key 2 is -2147483546, no token id");
    }
  }

  @Test
  void indexesAreChecked() throws IOException {
    try (var datastore = Datastore.open(folder)) {
      assertThatThrownBy(() -> datastore.value(5)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> datastore.value(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> datastore.keys(4, 2, new float[6], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> datastore.keys(0, 2, new float[5], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> datastore.keys(0, 2, MemorySegment.ofArray(new float[5])))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void readsBeyondTwoGibibytes() throws IOException {
    // sparse: 3 GiB of keys that take no room on the disk
    var files = new DatastoreFiles("big", 3L << 19, 1024);
    Path big = Files.createDirectory(root.resolve("big"));
    try (var keys = new RandomAccessFile(big.resolve(files.keysName()).toFile(), "rw");
        var values = new RandomAccessFile(big.resolve(files.valuesName()).toFile(), "rw")) {
      keys.setLength(files.keysBytes());
      keys.seek(files.keysBytes() - 2);
      keys.write(new byte[] {0x00, 0x3c}); // 1.0
      values.setLength(files.valuesBytes());
    }
    try (var datastore = Datastore.open(big)) {
      float[] key = new float[1024];
      datastore.key(files.numKeys() - 1, key, 0);
      assertThat(key[1022]).isZero();
      assertThat(key[1023]).isEqualTo(1);
    }
  }

  @Test
  void aShortFileIsRefused() throws IOException {
    Path keys = folder.resolve("dstore_gpt_neox_5_3_keys.npy");
    resize(keys, 29);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.WrongSize.class)
        .hasMessage(keys + ": found 29 bytes, expected 30");
  }

  @Test
  void aLongFileIsRefused() throws IOException {
    Path values = folder.resolve("dstore_gpt_neox_5_3_vals.npy");
    resize(values, 24);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.WrongSize.class)
        .hasMessage(values + ": found 24 bytes, expected 20");
  }

  @Test
  void anAbsentFileIsNamed() throws IOException {
    Path values = folder.resolve("dstore_gpt_neox_5_3_vals.npy");
    Files.delete(values);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.Missing.class)
        .hasMessage(values + ": missing, expected a file of 20 bytes");
  }

  @Test
  void anAbsentFolderIsNamed() {
    assertThatThrownBy(() -> Datastore.open(root.resolve("none")))
        .isInstanceOf(DatastoreException.Missing.class)
        .hasMessageContaining("none");
  }

  @Test
  void anEmptyFolderIsRefused() throws IOException {
    Path empty = Files.createDirectory(root.resolve("empty"));
    assertThatThrownBy(() -> Datastore.open(empty)).isInstanceOf(DatastoreException.Missing.class);
  }

  @Test
  void twoDatastoresInAFolderAreRefused() throws IOException {
    Files.delete(folder.resolve(DatastoreManifest.FILE));
    Files.createFile(folder.resolve("dstore_llama_1_1_keys.npy"));
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.Ambiguous.class)
        .hasMessageContaining("dstore_gpt_neox_5_3_keys.npy, dstore_llama_1_1_keys.npy");
  }

  @Test
  void everyFlippedByteIsFound() throws IOException {
    for (String name :
        new String[] {"dstore_gpt_neox_5_3_keys.npy", "dstore_gpt_neox_5_3_vals.npy"}) {
      Path file = folder.resolve(name);
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < sound.length; i++) {
        byte[] torn = sound.clone();
        torn[i] ^= 1;
        Files.write(file, torn);
        try (var datastore = Datastore.open(folder)) {
          assertThatThrownBy(datastore::verify)
              .isInstanceOf(DatastoreException.Corrupt.class)
              .hasMessageContaining(name);
        }
      }
      Files.write(file, sound);
    }
  }

  private static void resize(Path path, long bytes) throws IOException {
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(bytes);
    }
  }
}
