package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path root;
  private Path folder;
  private Path file;

  /** Values 100 to 104: a part of tokens 7 100 101 102, and one of 8 103 104. */
  @BeforeEach
  void sample() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var documents = new DocumentsWriter(staging);
        var writer = new DatastoreWriter(staging, 5, Sample.DIMENSION, Sample.ORIGIN)) {
      documents.document(1, 0);
      documents.document(4, 2);
      documents.endPart(3, 7);
      documents.document(5, 0);
      documents.document(6, 0);
      documents.document(9, 3);
      documents.endPart(2, 8);
      Sample.write(writer, 0, 3);
      Sample.write(writer, 3, 2);
      folder = writer.publish(documents.finish());
    }
    file = folder.resolve(DocumentsFile.NAME);
  }

  @Test
  void aContextEndsWithItsDocument() throws IOException {
    assertContext(0, 9, 9, 1, new Context.Place(0, 1, 1), 7, 100);
    assertContext(1, 9, 9, 0, new Context.Place(1, 4, 0), 101, 102);
    assertContext(2, 9, 9, 1, new Context.Place(1, 4, 1), 101, 102);
    // document 2 has no tokens, document 4 none that were kept
    assertContext(3, 9, 9, 1, new Context.Place(3, 6, 1), 8, 103, 104);
    assertContext(4, 1, 9, 1, new Context.Place(3, 6, 2), 103, 104);
    assertContext(4, 0, 0, 0, new Context.Place(3, 6, 2), 104);
  }

  @Test
  void withoutDocumentsAContextEndsWithTheDatastore() throws IOException {
    Path bare = root.resolve("bare");
    Files.createDirectory(bare);
    for (String name : new String[] {"keys", "vals"}) {
      String full = "dstore_gpt_neox_5_3_%s.npy".formatted(name);
      Files.copy(folder.resolve(full), bare.resolve(full));
    }
    try (var datastore = Datastore.open(bare)) {
      Context context = new ContextReader(datastore).read(3, 2, 5);
      assertThat(context.tokens()).containsExactly(101, 102, 103, 104);
      assertThat(context.at()).isEqualTo(2);
      assertThat(context.place()).isEmpty();
    }
  }

  private void assertContext(
      long id, int before, int after, int at, Context.Place place, int... tokens)
      throws IOException {
    try (var datastore = Datastore.open(folder)) {
      Context context = new ContextReader(datastore).read(id, before, after);
      assertThat(context.tokens()).containsExactly(tokens);
      assertThat(context.at()).isEqualTo(at);
      assertThat(context.place()).isEqualTo(Optional.of(place));
    }
  }

  @Test
  void aKeyBeyondTheEndIsRefused() throws IOException {
    try (var datastore = Datastore.open(folder)) {
      var contexts = new ContextReader(datastore);
      assertThatThrownBy(() -> contexts.read(5, 1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> contexts.read(-1, 1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(DatastoreException.Truncated.class);
    }
    Files.delete(file);
    assertRefused(DatastoreException.Missing.class);
  }

  @Test
  void everyFlippedByteIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] torn = whole.clone();
      torn[i] ^= 1;
      Files.write(file, torn);
      assertRefused(DatastoreException.class);
    }
  }

  @Test
  void otherVersionsAreNamed() throws IOException {
    for (int version : new int[] {0, 2}) {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(file, bytes.putInt(4, version).array());
      assertThatThrownBy(() -> Datastore.open(folder))
          .isInstanceOf(DatastoreException.UnsupportedVersion.class)
          .hasMessage(file + ": found format version %d, expected 1 to 1".formatted(version));
    }
  }

  @Test
  void theFileOfAnotherDatastoreIsRefused() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(bytes.limit() - 16, 6);
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, bytes.limit() - 4));
    Files.write(file, bytes.putInt(bytes.limit() - 4, (int) crc.getValue()).array());
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.Corrupt.class)
        .hasMessageContaining("the manifest");

    Path manifest = folder.resolve(DatastoreManifest.FILE);
    var json = (ObjectNode) JSON.readTree(manifest.toFile());
    ((ObjectNode) json.get("documents")).put("crc32c", crc.getValue());
    JSON.writeValue(manifest.toFile(), json);
    assertThatThrownBy(() -> Datastore.open(folder))
        .isInstanceOf(DatastoreException.Corrupt.class)
        .hasMessageContaining("5 documents in 2 parts with 6 keys, expected 5 with 5");
  }

  @Test
  void aManifestThatKnowsDocumentsSaysWhere() throws IOException {
    Path manifest = folder.resolve(DatastoreManifest.FILE);
    var json = (ObjectNode) JSON.readTree(manifest.toFile());
    assertThat(json.get("version").asInt()).isEqualTo(2);
    assertThat(json.at("/documents/documents").asInt()).isEqualTo(5);
    assertThat(json.at("/documents/bytes").asLong()).isEqualTo(Files.size(file));
    json.remove("documents");
    JSON.writeValue(manifest.toFile(), json);
    assertRefused(DatastoreException.BadManifest.class);
  }

  @Test
  void whatCannotBeIsNotWritten() throws IOException {
    try (var staging = StagingFolder.open(root, new DatastoreName("other"));
        var documents = new DocumentsWriter(staging)) {
      assertThatIllegalArgumentException().isThrownBy(() -> documents.endPart(1, 0));
      assertThatIllegalArgumentException().isThrownBy(() -> documents.document(1, 1));
      documents.document(1, 0);
      documents.document(2, 5);
      assertThatIllegalArgumentException().isThrownBy(() -> documents.document(3, 4));
      assertThatIllegalStateException().isThrownBy(documents::finish);
    }
  }

  private void assertRefused(Class<? extends Throwable> type) {
    assertThatThrownBy(() -> Datastore.open(folder).close())
        .isInstanceOf(type)
        .hasMessageContaining(folder.toString());
  }
}
