package org.knnlm.datastore;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Positions of an appended datastore are those of all its keys in one file. */
class AppendedPropertiesTest {
  @Property(tries = 50)
  void segmentsAreReadAsOne(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 9) Integer> sizes,
      @ForAll @IntRange(min = 0, max = 1000) int from,
      @ForAll @IntRange(min = 0, max = 1000) int length)
      throws IOException {
    Path root = Files.createTempDirectory("appended");
    try {
      int total = 0;
      Path folder = null;
      for (int i = 0; i < sizes.size(); i++) {
        folder = Appended.write(root, "v" + i, i == 0 ? "" : "v" + (i - 1), total, sizes.get(i));
        total += sizes.get(i);
      }
      try (var datastore = Datastore.open(folder)) {
        assertThat(datastore.size()).isEqualTo(total);
        assertThat(datastore.segments()).hasSize(sizes.size());
        datastore.verify();
        assertThat(datastore.largestValue()).isEqualTo(99 + total);
        assertRun(datastore, from % total, Math.min(length, total - from % total));
        assertContexts(datastore, sizes);
      }
    } finally {
      try (var files = Files.walk(root)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void assertRun(Datastore datastore, int first, int count) {
    float[] expected = new float[count];
    for (int i = 0; i < count; i++) {
      expected[i] = first + i;
      assertThat(datastore.value(first + i)).isEqualTo(100 + first + i);
    }
    float[] array = new float[count + 1];
    datastore.keys(first, count, array, 1);
    assertThat(java.util.Arrays.copyOfRange(array, 1, count + 1)).isEqualTo(expected);
    try (var arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(JAVA_FLOAT, count + 1);
      datastore.keys(first, (long) count, segment);
      assertThat(segment.asSlice(0, 4L * count).toArray(JAVA_FLOAT)).isEqualTo(expected);
    }
  }

  /** A context ends with its document, and a document with its segment. */
  private static void assertContexts(Datastore datastore, List<Integer> sizes) {
    int first = 0;
    for (int document = 0; document < sizes.size(); document++) {
      int end = first + sizes.get(document);
      int[] tokens =
          IntStream.concat(IntStream.of(50), IntStream.range(100 + first, 100 + end)).toArray();
      for (int key = first; key < end; key++) {
        Context context = new ContextReader(datastore).read(key, 99, 99);
        assertThat(context.tokens()).isEqualTo(tokens);
        assertThat(context.at()).isEqualTo(key - first + 1);
        assertThat(context.place())
            .isEqualTo(Optional.of(new Context.Place(document, 1, key - first + 1)));
      }
      first = end;
    }
  }
}
