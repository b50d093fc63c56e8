package org.knnlm.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;

class ContextPropertiesTest {
  private final Path root = folder();
  private int made;

  /** A document by its tokens, of which the datastore has the first {@code kept}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Doc(long index, long line, int[] tokens, int kept) {}

  /** Parts of documents of any lengths, cut anywhere, against lists of their tokens. */
  @Property(tries = 150)
  void contextsAreThoseOfTheDocuments(
      @ForAll @Size(min = 1, max = 4)
          List<@Size(min = 1, max = 6) List<@IntRange(min = 0, max = 7) Integer>> parts,
      @ForAll @IntRange(min = 0, max = 5) int cut,
      @ForAll @IntRange(min = 0, max = 9) int before,
      @ForAll @IntRange(min = 0, max = 9) int after)
      throws IOException {
    List<Context> expected = new ArrayList<>();
    var name = new DatastoreName("d" + made++);
    Path folder;
    try (var staging = StagingFolder.open(root, name);
        var documents = new DocumentsWriter(staging)) {
      long line = 0;
      long document = 0;
      int token = 0;
      for (List<Integer> lengths : parts) {
        int total = lengths.stream().mapToInt(Integer::intValue).sum();
        int kept = Math.max(Math.min(total, 1), total - cut);
        int offset = 0;
        int first = token;
        for (int length : lengths) {
          line += 1 + length % 3;
          documents.document(line, offset);
          int[] tokens = new int[length];
          for (int i = 0; i < length; i++) {
            tokens[i] = token++;
          }
          var doc = new Doc(document++, line, tokens, Math.clamp(kept - offset, 0, length));
          expect(doc, offset == 0 ? 1 : 0, before, after, expected);
          offset += length;
        }
        documents.endPart(Math.max(0, kept - 1), first);
      }
      Assume.that(!expected.isEmpty());
      ByteBuffer values = ByteBuffer.allocate(4 * expected.size()).order(ByteOrder.LITTLE_ENDIAN);
      expected.forEach(context -> values.putInt(context.tokens()[context.at()]));
      try (var writer = new DatastoreWriter(staging, expected.size(), 1, Sample.ORIGIN)) {
        PartWriter part = writer.part(0, expected.size());
        part.append(ByteBuffer.allocate(2 * expected.size()), values.flip());
        part.finish();
        folder = writer.publish(documents.finish());
      }
    }
    try (var datastore = Datastore.open(folder)) {
      var reader = new ContextReader(datastore);
      for (Context wanted : expected) {
        Context found = reader.read(wanted.id(), before, after);
        assertThat(found.tokens()).isEqualTo(wanted.tokens());
        assertThat(found.at()).isEqualTo(wanted.at());
        assertThat(found.place()).isEqualTo(wanted.place());
      }
    }
  }

  /** The contexts of a document's tokens from the first that is a key's value. */
  private static void expect(Doc doc, int first, int before, int after, List<Context> expected) {
    for (int p = first; p < doc.kept; p++) {
      int from = Math.max(0, p - before);
      int to = Math.min(doc.kept, p + 1 + after);
      expected.add(
          new Context(
              expected.size(),
              Arrays.copyOfRange(doc.tokens, from, to),
              p - from,
              Optional.of(new Context.Place(doc.index, doc.line, p))));
    }
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("contexts");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterProperty
  void clean() throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
