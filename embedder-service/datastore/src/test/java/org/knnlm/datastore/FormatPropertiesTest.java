package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.Size;

class FormatPropertiesTest {
  @Property
  void namesSayWhatTheyWereMadeOf(
      @ForAll @NotEmpty @AlphaChars @NumericChars @Chars({'_', '-', '.'}) String modelType,
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long numKeys,
      @ForAll @IntRange(min = 1, max = 65536) int dimension) {
    var files = new DatastoreFiles(modelType, numKeys, dimension);
    assertThat(DatastoreFiles.ofKeysName(files.keysName())).contains(files);
    assertThat(DatastoreFiles.ofKeysName(files.valuesName())).isEmpty();
  }

  @Property(tries = 200)
  void manifestsComeBack(
      @ForAll String id,
      @ForAll String path,
      @ForAll KeyType key,
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 1000) Integer> partKeys,
      @ForAll @LongRange(min = 0, max = 0xffff_ffffL) long crc,
      @ForAll @LongRange(min = 0, max = 4_000_000_000_000L) long millis)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    long next = 0;
    for (int count : partKeys) {
      parts.add(new Part(next, count, crc, 0xffff_ffffL - crc));
      next += count;
    }
    var origin =
        new Origin(
            new Origin.Model(id, "llama", "0".repeat(64), "f".repeat(64)),
            key,
            new Origin.Corpus(path, "1".repeat(64), 1, next + 1),
            1024,
            512);
    Optional<DocumentsFile> documents =
        crc % 2 == 0 ? Optional.empty() : Optional.of(new DocumentsFile(1, 80, crc));
    List<Base> bases =
        documents.isEmpty() || crc % 4 == 1
            ? List.of()
            : List.of(new Base("a", 1, "0".repeat(64)), new Base("b", crc, "1".repeat(64)));
    var manifest =
        new DatastoreManifest(
            bases, next, 576, origin, parts, documents, Instant.ofEpochMilli(millis));
    Path file = Files.createTempDirectory("manifest").resolve(DatastoreManifest.FILE);
    try {
      ManifestFile.write(file, manifest);
      assertThat(ManifestFile.read(file)).isEqualTo(manifest);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(file.getParent());
    }
  }

  @Property(tries = 100)
  void keysAndValuesComeBack(
      @ForAll @Size(min = 1, max = 60) List<Short> bits, @ForAll @IntRange(min = 1, max = 7) int d)
      throws IOException {
    int numKeys = (bits.size() + d - 1) / d;
    ByteBuffer keys = ByteBuffer.allocate(2 * numKeys * d).order(ByteOrder.LITTLE_ENDIAN);
    bits.forEach(keys::putShort);
    ByteBuffer values = ByteBuffer.allocate(4 * numKeys).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < numKeys; i++) {
      values.putInt(bits.get(i) * 65537);
    }
    Path root = Files.createTempDirectory("datastore");
    Path folder;
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, numKeys, d, Sample.ORIGIN)) {
      PartWriter part = writer.part(0, numKeys);
      part.append(keys.rewind(), values.rewind());
      part.finish();
      folder = writer.publish();
    }
    try (var datastore = Datastore.open(folder)) {
      float[] read = new float[numKeys * d];
      datastore.keys(0, numKeys, read, 0);
      for (int i = 0; i < bits.size(); i++) {
        // Float, because NaN equals NaN in a box alone
        assertThat(Float.valueOf(read[i]))
            .isEqualTo(Float.valueOf(Float.float16ToFloat(bits.get(i))));
      }
      for (int i = 0; i < numKeys; i++) {
        assertThat(datastore.value(i)).isEqualTo(bits.get(i) * 65537);
      }
      datastore.verify();
    } finally {
      for (String name :
          new String[] {"datastore.json", datastore(folder, true), datastore(folder, false)}) {
        Files.delete(folder.resolve(name));
      }
      Files.delete(folder);
      Files.delete(root);
    }
  }

  private static String datastore(Path folder, boolean keys) throws IOException {
    try (var datastore = Datastore.open(folder)) {
      return keys ? datastore.files().keysName() : datastore.files().valuesName();
    }
  }
}
