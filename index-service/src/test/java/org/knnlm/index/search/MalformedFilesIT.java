package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.index.shard.IndexFileException;
import org.knnlm.index.shard.IndexFolder;

/** Files that were cut, changed or exchanged: each is refused, or answers from what it holds. */
class MalformedFilesIT {
  private static final int D = 8;
  private static final int KEYS = 600;
  private static final int HALF = 300;

  @TempDir Path folder;
  private final SearchQueue queue = new SearchQueue(2, 1000, Duration.ofMillis(50));
  private float[] keys;
  private Path keysFile;
  private Path first;
  private Path second;

  /** The reference's layout: nothing says what the bytes should be. */
  @BeforeEach
  void write() throws IOException {
    var random = new Random(5);
    ByteBuffer halves = ByteBuffer.allocate(KEYS * D * 2).order(ByteOrder.LITTLE_ENDIAN);
    keys = new float[KEYS * D];
    for (int i = 0; i < keys.length; i++) {
      short half = Float.floatToFloat16((float) random.nextGaussian());
      halves.putShort(half);
      keys[i] = Float.float16ToFloat(half);
    }
    keysFile = folder.resolve("dstore_llama_600_8_keys.npy");
    Files.write(keysFile, halves.array());
    Files.write(folder.resolve("dstore_llama_600_8_vals.npy"), new byte[KEYS * 4]);
    first = folder.resolve(IndexFolder.fileName("llama", KEYS, D, 0, HALF));
    second = folder.resolve(IndexFolder.fileName("llama", KEYS, D, HALF, KEYS));
    try (FaissIndex index = FaissIndex.ivfpq(D, 4, 2, 8)) {
      index.train(keys);
      index.add(Arrays.copyOf(keys, HALF * D));
      index.write(first);
      index.reset();
      index.add(Arrays.copyOfRange(keys, HALF * D, KEYS * D));
      index.write(second);
    }
  }

  @AfterEach
  void close() {
    queue.close();
  }

  /** Opens everything and searches it; nothing is written that would know the next change. */
  private void use() throws IOException {
    var files = IndexFolder.readOnly(folder, folder.resolve("none").resolve("index.json"));
    try (Datastore datastore = Datastore.open(folder);
        var index =
            SearchableDatastore.open(
                datastore, files, shard -> true, 2, queue, new Gpus(List.of()))) {
      index.search(index.shards(), Arrays.copyOf(keys, 4 * D), 50, OptionalInt.of(4), true, false);
    }
  }

  /** How a mutation ends; anything but these, or a crash of this process, fails the test. */
  private void requireRefusedOrHarmless(String mutation) {
    Throwable thrown = catchThrowable(this::use);
    if (thrown != null) {
      assertThat(thrown)
          .as(mutation)
          .isInstanceOfAny(IndexFileException.class, DatastoreException.class)
          .hasMessageContaining(folder.toString());
    }
  }

  private static void change(Path file, int at, byte[] with) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    System.arraycopy(with, 0, bytes, at, Math.min(with.length, bytes.length - at));
    Files.write(file, bytes);
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  @Test
  void whatIsWholeIsServed() throws IOException {
    use();
  }

  @Test
  void indexFilesThatWereCutAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(first);
    List<Integer> ends = new ArrayList<>();
    for (int end = 0; end < 120; end += 4) {
      ends.add(end);
    }
    new Random(1).ints(20, 120, whole.length - 1).forEach(ends::add);
    ends.add(whole.length - 1);
    for (int end : ends) {
      Files.write(first, Arrays.copyOf(whole, end));
      assertThatThrownBy(this::use)
          .as("cut to %d of %d bytes", end, whole.length)
          .isInstanceOf(IndexFileException.class)
          .hasMessageContaining(first.toString());
    }
  }

  @Test
  void flippedBytesAreRefusedOrHarmless() throws IOException {
    byte[] whole = Files.readAllBytes(first);
    List<Integer> places = new ArrayList<>();
    for (int at = 0; at < 80; at++) {
      places.add(at);
    }
    new Random(2).ints(30, 80, whole.length).forEach(places::add);
    for (int at : places) {
      change(first, at, new byte[] {(byte) ~whole[at]});
      requireRefusedOrHarmless("byte %d flipped".formatted(at));
      Files.write(first, whole);
    }
  }

  @Test
  void hugeCountsAreRefusedOrHarmless() throws IOException {
    byte[] whole = Files.readAllBytes(first);
    List<Integer> places = new ArrayList<>();
    for (int at = 4; at < 120; at += 4) {
      places.add(at);
    }
    // the counts of the inverted lists are near the end of the quantizers
    new Random(3).ints(20, whole.length / 2, whole.length - 8).forEach(places::add);
    for (int at : places) {
      for (long count : new long[] {1L << 38, Long.MAX_VALUE, -1}) {
        change(first, at, number(count));
        requireRefusedOrHarmless("%d at byte %d".formatted(count, at));
        Files.write(first, whole);
      }
    }
  }

  @Test
  void anIndexOfOtherKeysIsRefused() throws IOException {
    try (FaissIndex index = FaissIndex.factory(D, "Flat")) {
      index.add(Arrays.copyOf(keys, 10 * D));
      index.write(first);
    }
    assertThatThrownBy(this::use)
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining("holds 10 keys of dimension 8, 300 of dimension 8 are expected");
    Files.write(first, "no index at all".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(this::use).isInstanceOf(IndexFileException.class);
    Files.delete(first);
    assertThatThrownBy(this::use)
        .isInstanceOf(IndexFileException.class)
        .hasMessageContaining("key 0 was next");
  }

  @Test
  void keysThatWereCutAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(keysFile);
    for (int end : new int[] {0, 1, D, whole.length / 2, whole.length - 1}) {
      Files.write(keysFile, Arrays.copyOf(whole, end));
      assertThatThrownBy(this::use)
          .isInstanceOf(DatastoreException.WrongSize.class)
          .hasMessageContaining(keysFile.toString());
    }
  }
}
