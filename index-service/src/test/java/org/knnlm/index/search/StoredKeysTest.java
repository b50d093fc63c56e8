package org.knnlm.index.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.faiss.HalfVectors;
import org.knnlm.index.AppendedDatastore;
import org.knnlm.index.shard.IndexFileException;

class StoredKeysTest {
  private static final int D = 8;
  private static final Path FILE = Path.of("index");

  @TempDir Path root;

  @Test
  void distancesAreThoseOfAllKeysInARow() throws IOException {
    AppendedDatastore.write(root, "a", "", 0, 30, D);
    AppendedDatastore.write(root, "b", "a", 30, 20, D);
    Path folder = AppendedDatastore.write(root, "c", "b", 50, 10, D);
    try (Datastore datastore = Datastore.open(folder);
        Arena arena = Arena.ofConfined()) {
      MemorySegment rows = arena.allocate(2L * 60 * D, 64);
      float[] all = AppendedDatastore.keys(0, 60, D);
      var half = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < all.length; i++) {
        rows.setAtIndex(half, i, Float.floatToFloat16(all[i]));
      }
      var inARow = new StoredKeys(List.of(new StoredKeys.Run(0, new HalfVectors(rows, D))));
      var keys = StoredKeys.of(datastore);
      float[] queries = AppendedDatastore.keys(100, 3, D);
      long[] ids = LongStream.range(-1, 59).map(i -> i < 0 ? -1 : i * 7 % 60).toArray();
      assertThat(keys.distances(queries, ids, 1)).isEqualTo(inARow.distances(queries, ids, 1));

      assertThat(keys.range(FILE, 32, 18).count()).isEqualTo(18);
      assertThat(keys.range(FILE, 32, 1).rows().toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(inARow.range(FILE, 32, 1).rows().toArray(ValueLayout.JAVA_BYTE));
      assertThatThrownBy(() -> keys.range(FILE, 29, 2))
          .isInstanceOf(IndexFileException.class)
          .hasMessage("index: holds keys 29 to 31, which no single file of keys has");
    }
  }
}
