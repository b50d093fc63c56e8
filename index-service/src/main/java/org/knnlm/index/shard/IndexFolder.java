package org.knnlm.index.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The index files in a datastore's folder, named as the reference names them, and the manifest that
 * makes them an index. A folder with complete index files but no manifest holds an index too: the
 * reference's own.
 */
public final class IndexFolder {
  private static final String MANIFEST = "index.json";
  private static final Pattern FILE =
      Pattern.compile("index_.+_(\\d+)_(\\d+)_(\\d+)_(\\d+)\\.indexed");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;

  /**
   * @param folder of the datastore
   */
  public IndexFolder(Path folder) {
    this.folder = folder;
  }

  /** Name of the file that holds keys {@code start} to {@code end} of a datastore. */
  public static String fileName(String modelType, long keys, int dimension, long start, long end) {
    return "index_%s_%d_%d_%d_%d.indexed".formatted(modelType, keys, dimension, start, end);
  }

  /** The path of a file in the folder. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /**
   * The published manifest; empty when there is none.
   *
   * @throws IndexFileException when it is torn, of another version, or disagrees with the files
   */
  public Optional<IndexManifest> manifest() {
    Path file = folder.resolve(MANIFEST);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    IndexManifest manifest;
    try {
      manifest = JSON.readValue(file.toFile(), IndexManifest.class);
    } catch (JsonProcessingException e) {
      throw new IndexFileException(file, "not a manifest: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IndexFileException(file, "cannot be read: " + e.getMessage(), e);
    }
    if (manifest.version() != IndexManifest.VERSION) {
      throw new IndexFileException(
          file,
          "format version %d, this service reads %d"
              .formatted(manifest.version(), IndexManifest.VERSION));
    }
    manifest.shards().forEach(this::requireSize);
    requireComplete(manifest.shards(), manifest.keys());
    return Optional.of(manifest);
  }

  /**
   * The index files of a folder without manifest, in the order of their keys; empty when there are
   * none.
   *
   * @param keys of the datastore
   * @param dimension of a key
   * @throws IndexFileException when files are of another datastore, overlap or leave gaps
   */
  public List<IndexManifest.Shard> unlistedShards(long keys, int dimension) {
    List<IndexManifest.Shard> shards;
    try (Stream<Path> files = Files.list(folder)) {
      shards =
          files
              .flatMap(file -> shard(file, keys, dimension).stream())
              .sorted(Comparator.comparingLong(IndexManifest.Shard::start))
              .toList();
    } catch (IOException e) {
      throw new IndexFileException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    if (!shards.isEmpty()) {
      requireComplete(shards, keys);
    }
    return shards;
  }

  private Optional<IndexManifest.Shard> shard(Path file, long keys, int dimension) {
    Matcher name = FILE.matcher(file.getFileName().toString());
    if (!name.matches()) {
      return Optional.empty();
    }
    if (Long.parseLong(name.group(1)) != keys || Integer.parseInt(name.group(2)) != dimension) {
      throw new IndexFileException(
          file,
          "is of %s keys of dimension %s, the datastore has %d of %d"
              .formatted(name.group(1), name.group(2), keys, dimension));
    }
    try {
      return Optional.of(
          new IndexManifest.Shard(
              file.getFileName().toString(),
              Long.parseLong(name.group(3)),
              Long.parseLong(name.group(4)),
              Files.size(file)));
    } catch (IOException e) {
      throw new IndexFileException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Publishes index files: whoever opens the folder afterwards finds this index. */
  public void publish(IndexManifest manifest) throws IOException {
    Path file = folder.resolve(MANIFEST);
    Path part = folder.resolve("." + MANIFEST + ".part");
    Files.write(part, JSON.writeValueAsBytes(manifest));
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Withdraws the manifest, before the files that it lists are replaced. */
  public void unpublish() throws IOException {
    Files.deleteIfExists(folder.resolve(MANIFEST));
  }

  private void requireSize(IndexManifest.Shard shard) {
    Path file = folder.resolve(shard.file());
    try {
      if (Files.size(file) != shard.bytes()) {
        throw new IndexFileException(
            file, "%d bytes, its manifest says %d".formatted(Files.size(file), shard.bytes()));
      }
    } catch (IOException e) {
      throw new IndexFileException(file, "listed in the manifest but cannot be read: " + e, e);
    }
  }

  private void requireComplete(List<IndexManifest.Shard> shards, long keys) {
    long next = 0;
    for (IndexManifest.Shard shard : shards) {
      if (shard.start() != next || shard.end() <= shard.start()) {
        throw new IndexFileException(
            folder.resolve(shard.file()),
            "holds keys %d to %d, key %d was next".formatted(shard.start(), shard.end(), next));
      }
      next = shard.end();
    }
    if (next != keys) {
      throw new IndexFileException(folder, "index files end at key %d of %d".formatted(next, keys));
    }
  }
}
