package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatastoreWriterTest {
  @TempDir Path root;

  @Test
  void onlyTheDatastoreStaysBehind() throws IOException {
    Path folder = Sample.write(root);
    assertThat(folder).isEqualTo(root.resolve("sample"));
    assertThat(names(root)).containsExactly("sample");
    assertThat(names(folder))
        .containsExactly(
            "datastore.json", "dstore_gpt_neox_5_3_keys.npy", "dstore_gpt_neox_5_3_vals.npy");
  }

  @Test
  void whatIsGivenUpStaysUntilItIsDiscarded() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      Sample.write(writer, 0, 3);
    }
    assertThat(names(root)).containsExactly(".sample.partial");
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var _ = staging.claim()) {
      staging.discard();
    }
    assertThat(names(root)).isEmpty();
  }

  @Test
  void partsOfAnotherWriterAreTakenOverWhenTheirBytesAreThose() throws IOException {
    Part first;
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      first = Sample.write(writer, 0, 3);
    }
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      assertThat(writer.takeOver(new Part(0, 3, first.keysCrc32c(), first.valuesCrc32c() ^ 1)))
          .isFalse();
      assertThat(writer.takeOver(first)).isTrue();
      Sample.write(writer, 3, 2);
      try (var datastore = Datastore.open(writer.publish())) {
        datastore.verify();
        assertThat(datastore.value(0)).isEqualTo(100);
      }
    }
  }

  @Test
  void aCompleteFolderNeedsItsNameAlone() throws IOException {
    Path published = Sample.write(root);
    Path partial = Files.move(published, root.resolve(".sample.partial"));
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var _ = staging.claim()) {
      assertThat(staging.path()).isEqualTo(partial);
      assertThat(staging.isComplete()).isTrue();
      assertThat(staging.publish()).isEqualTo(published);
    }
    assertThat(names(published)).hasSize(3);
    Datastore.open(published).close();
  }

  @Test
  void anUnfinishedDatastoreIsNotPublished() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      Sample.write(writer, 0, 3);
      assertThatIllegalStateException()
          .isThrownBy(writer::publish)
          .withMessageContaining("3 keys of 5");
    }
    assertThat(names(root)).containsExactly(".sample.partial");
  }

  @Test
  void partsMayNotOverlap() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      Sample.write(writer, 0, 3);
      Sample.write(writer, 2, 3);
      assertThatIllegalStateException()
          .isThrownBy(writer::publish)
          .withMessageContaining("begins at key 2, expected 3");
    }
  }

  @Test
  void aPartMayBeEmpty() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      Sample.write(writer, 0, 3);
      Sample.write(writer, 3, 2);
      Sample.write(writer, 3, 0);
      try (var datastore = Datastore.open(writer.publish())) {
        assertThat(datastore.manifest().orElseThrow().parts()).hasSize(3);
        datastore.verify();
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      assertThatIllegalArgumentException().isThrownBy(() -> writer.part(4, 2));
      PartWriter part = writer.part(0, 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> part.append(ByteBuffer.allocate(8), Sample.values(0)))
          .withMessageContaining("dimension 3");
      assertThatIllegalStateException().isThrownBy(part::finish).withMessageContaining("0 of 1");
      part.append(Sample.keys(0), Sample.values(0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> part.append(Sample.keys(1), Sample.values(1)))
          .withMessageContaining("2 keys do not fit into a part of 1");
    }
  }

  @Test
  void aTakenNameIsRefused() throws IOException {
    Sample.write(root);
    assertThatThrownBy(() -> StagingFolder.open(root, Sample.NAME))
        .isInstanceOf(DatastoreException.Taken.class)
        .hasMessageContaining("exists already");
    assertThat(names(root)).containsExactly("sample");
  }

  @Test
  void aNameTakenMeanwhileIsRefused() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, 5, 3, Sample.ORIGIN)) {
      Sample.write(writer, 0, 5);
      Path other = Files.createDirectory(root.resolve("sample"));
      assertThatThrownBy(writer::publish).isInstanceOf(DatastoreException.Taken.class);
      assertThat(names(other)).isEmpty();
    }
    assertThat(names(root)).containsExactly(".sample.partial", "sample");
  }

  @Test
  void oneAtATimeHasTheClaim() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var other = StagingFolder.open(root, Sample.NAME)) {
      try (var _ = staging.claim()) {
        Path kept = Files.createFile(staging.path().resolve("kept"));
        assertThatThrownBy(other::claim)
            .isInstanceOf(DatastoreException.Taken.class)
            .hasMessageContaining("another process");
        assertThat(kept).exists();
      }
      other.claim().close();
    }
  }

  @Test
  void nothingIsClearedWhilePartsAreWritten() throws IOException {
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var other = StagingFolder.open(root, Sample.NAME);
        var _ = other.claim()) {
      Path kept = Files.createFile(staging.path().resolve("kept"));
      try (var _ = staging.awaitPart(0);
          var _ = staging.awaitPart(7)) {
        assertThatThrownBy(other::clear)
            .isInstanceOf(DatastoreException.Taken.class)
            .hasMessageContaining("other processes write its parts");
      }
      assertThat(kept).exists();
      other.clear();
      assertThat(kept).doesNotExist();
      assertThat(staging.work()).isEmptyDirectory();
    }
  }

  @Test
  void aClaimOnAPublishedDatastoreIsRefused() throws IOException {
    try (var late = StagingFolder.open(root, Sample.NAME)) {
      Sample.write(root);
      assertThatThrownBy(late::claim).isInstanceOf(DatastoreException.Taken.class);
      assertThatThrownBy(() -> late.awaitPart(0)).isInstanceOf(DatastoreException.Taken.class);
    }
  }

  @Test
  void partsFromSeveralThreads() throws Exception {
    int parts = 64;
    try (var staging = StagingFolder.open(root, Sample.NAME);
        var writer = new DatastoreWriter(staging, parts * 7L, 3, Sample.ORIGIN);
        var threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> writes = new ArrayList<>();
      for (int p = 0; p < parts; p++) {
        int first = 7 * p;
        writes.add(
            threads.submit(
                () -> {
                  Sample.write(writer, first, 7);
                  return null;
                }));
      }
      for (Future<?> write : writes) {
        write.get();
      }
      try (var datastore = Datastore.open(writer.publish())) {
        datastore.verify();
        for (int i = 0; i < datastore.size(); i++) {
          assertThat(datastore.value(i)).isEqualTo(100 + i);
        }
      }
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
