package org.knnlm.datastore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes where documents lie among the keys, in their order, while they are tokenized. For one
 * thread.
 */
public final class DocumentsWriter implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private record Entry(long firstKey, long numKeys, long firstDocument, int firstToken) {}

  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private final List<Entry> parts = new ArrayList<>();
  private long documents;
  private long partStart;
  private int lastOffset;
  private long keys;

  /** Makes the file in a folder, in place of one that a killed process left unfinished. */
  public DocumentsWriter(StagingFolder staging) throws IOException {
    this.file =
        FileChannel.open(
            staging.path().resolve(DocumentsFile.NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    buffer.putInt(DocumentsLayout.MAGIC).putInt(DocumentsLayout.VERSION);
  }

  /**
   * Adds the next document of a part.
   *
   * @param line its line in the corpus, from 1
   * @param offset index of its first token among the tokens of its part; that of the document after
   *     it when it has no token
   */
  public void document(long line, int offset) throws IOException {
    boolean first = documents == partStart;
    if (first ? offset != 0 : offset < lastOffset) {
      throw new IllegalArgumentException(
          "document %d begins at token %d, the one before at %d"
              .formatted(documents, offset, lastOffset));
    }
    room(DocumentsLayout.DOCUMENT).putLong(line).putInt(offset);
    lastOffset = offset;
    documents++;
  }

  /**
   * Ends a part; the documents since the last part are its own.
   *
   * @param numKeys its keys, one less than its tokens; 0 without tokens
   * @param firstToken its first token, which is no key's value; any number without tokens
   */
  public void endPart(long numKeys, int firstToken) {
    if (documents == partStart || numKeys < 0) {
      throw new IllegalArgumentException(
          "a part of %d documents with %d keys".formatted(documents - partStart, numKeys));
    }
    parts.add(new Entry(keys, numKeys, partStart, firstToken));
    keys += numKeys;
    partStart = documents;
    lastOffset = 0;
  }

  /** Writes the end of the file and makes it durable. */
  public DocumentsFile finish() throws IOException {
    if (documents != partStart) {
      throw new IllegalStateException("the last part has not been ended");
    }
    for (Entry part : parts) {
      room(DocumentsLayout.PART)
          .putLong(part.firstKey)
          .putLong(part.numKeys)
          .putLong(part.firstDocument)
          .putInt(part.firstToken);
    }
    room(DocumentsLayout.FOOTER)
        .putLong(documents)
        .putLong(parts.size())
        .putLong(keys)
        .putInt(~DocumentsLayout.MAGIC);
    flush();
    long sum = crc.getValue();
    buffer.putInt((int) sum);
    flush();
    file.force(true);
    return new DocumentsFile(documents, file.size(), sum);
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    buffer.flip();
    crc.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
