package org.knnlm.embedder.source;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** How a file is compressed, which its extension tells. */
enum Compression {
  NONE(""),
  GZIP(".gz"),
  ZSTD(".zst");

  private static final int BUFFER_BYTES = 1 << 16;

  private final String extension;

  Compression(String extension) {
    this.extension = extension;
  }

  static Compression of(String fileName) {
    if (fileName.endsWith(GZIP.extension)) {
      return GZIP;
    }
    return fileName.endsWith(ZSTD.extension) ? ZSTD : NONE;
  }

  /** The name that the file would have without compression. */
  String inner(String fileName) {
    return fileName.substring(0, fileName.length() - extension.length());
  }

  InputStream decompressed(InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GZIPInputStream(in, BUFFER_BYTES);
      case ZSTD -> new ZstdInputStream(in);
    };
  }
}
