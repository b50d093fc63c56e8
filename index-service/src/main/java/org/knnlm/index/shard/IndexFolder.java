package org.knnlm.index.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The index files in a datastore's folder, named as the reference names them, and the manifest that
 * makes them an index. Those of a datastore that was appended to another may be the other's, under
 * names of its own (hard links); no file is ever changed in place. A folder with complete index
 * files but no manifest holds an index too: the reference's own.
 */
public final class IndexFolder {
  private static final String MANIFEST = "index.json";
  private static final Pattern FILE =
      Pattern.compile("index_.+_(\\d+)_(\\d+)_(\\d+)_(\\d+)\\.indexed");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;
  private final Path manifestFile;

  /**
   * @param folder of the datastore
   */
  public IndexFolder(Path folder) {
    this(folder, folder.resolve(MANIFEST));
  }

  private IndexFolder(Path folder, Path manifestFile) {
    this.folder = folder;
    this.manifestFile = manifestFile;
  }

  /**
   * The folder of a datastore in which nothing may be written.
   *
   * @param aside where its manifest is when the folder has none
   */
  public static IndexFolder readOnly(Path folder, Path aside) {
    Path own = folder.resolve(MANIFEST);
    return new IndexFolder(folder, Files.exists(own) ? own : aside);
  }

  /** Where the manifest is, or would be. */
  public Path manifestFile() {
    return manifestFile;
  }

  /** Name of the file that holds keys {@code start} to {@code end} of a datastore. */
  public static String fileName(String modelType, long keys, int dimension, long start, long end) {
    return "index_%s_%d_%d_%d_%d.indexed".formatted(modelType, keys, dimension, start, end);
  }

  /** The path of a file in the folder. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /** When the manifest was published; empty when there is none. */
  public Optional<FileTime> published() {
    try {
      return Optional.of(Files.getLastModifiedTime(manifestFile));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IndexFileException(manifestFile, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The published manifest; empty when there is none.
   *
   * @throws IndexFileException when it is torn, of another version, or disagrees with the files
   */
  public Optional<IndexManifest> manifest() {
    if (!Files.exists(manifestFile)) {
      return Optional.empty();
    }
    IndexManifest manifest = read(manifestFile);
    manifest.shards().forEach(this::requireSize);
    requireComplete(manifest.shards(), manifest.keys());
    return Optional.of(manifest);
  }

  private static IndexManifest read(Path file) {
    IndexManifest manifest;
    try {
      manifest = JSON.readValue(file.toFile(), IndexManifest.class);
    } catch (JsonProcessingException e) {
      throw new IndexFileException(file, "not a manifest: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IndexFileException(file, "cannot be read: " + e.getMessage(), e);
    }
    if (manifest.version() < IndexManifest.OLDEST_VERSION
        || manifest.version() > IndexManifest.VERSION) {
      throw new IndexFileException(
          file,
          "format version %d, this service reads %d to %d"
              .formatted(manifest.version(), IndexManifest.OLDEST_VERSION, IndexManifest.VERSION));
    }
    return manifest;
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
              Files.size(file),
              null));
    } catch (IOException e) {
      throw new IndexFileException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The same file with the checksum of its bytes.
   *
   * @throws IndexFileException when it was listed with another
   * @throws IOException when it cannot be read
   */
  public IndexManifest.Shard summed(IndexManifest.Shard shard) throws IOException {
    return summed(shard, file(shard.file()));
  }

  /**
   * As {@link #summed(IndexManifest.Shard)}.
   *
   * @param link to the file, which stays when it is replaced
   */
  public IndexManifest.Shard summed(IndexManifest.Shard shard, Path link) throws IOException {
    long found = DurableFiles.crc32c(link);
    if (shard.crc32c() != null && shard.crc32c() != found) {
      throw new IndexFileException(
          file(shard.file()),
          "CRC-32C %08x, its manifest says %08x".formatted(found, shard.crc32c()));
    }
    return new IndexManifest.Shard(shard.file(), shard.start(), shard.end(), shard.bytes(), found);
  }

  /**
   * Reads one file and compares it with its checksum.
   *
   * @throws IndexFileException when it differs
   * @throws IOException when it cannot be read
   */
  public void verify(IndexManifest.Shard shard) throws IOException {
    var unused = summed(shard);
  }

  /** Writes the manifest of index files that are there already. */
  public void adopt(IndexManifest manifest) throws IOException {
    DurableFiles.replace(manifestFile, JSON.writeValueAsBytes(manifest));
  }

  /**
   * Publishes the index files in a build folder, in steps that whoever opens the folder next takes
   * up where they were interrupted: from its first step on, the new index is the index.
   *
   * @param build where the files are; it vanishes
   */
  public void publish(IndexManifest manifest, BuildFolder build) throws IOException {
    DurableFiles.replace(build.file(MANIFEST), JSON.writeValueAsBytes(manifest));
    finish(build);
  }

  /**
   * Ends a publication that was interrupted. To be called before the folder's index is read.
   *
   * @return whether there was one
   */
  public boolean recover() throws IOException {
    if (!Files.exists(folder.resolve(BuildFolder.NAME).resolve(MANIFEST))) {
      return false;
    }
    try (BuildFolder build = BuildFolder.open(folder)) {
      return finish(build);
    }
  }

  private boolean finish(BuildFolder build) throws IOException {
    Path sealed = build.file(MANIFEST);
    if (!Files.exists(sealed)) {
      return false; // whoever held the folder has ended it
    }
    IndexManifest manifest = read(sealed);
    var names = new HashSet<String>();
    for (IndexManifest.Shard shard : manifest.shards()) {
      names.add(shard.file());
      if (Files.exists(build.file(shard.file()))) {
        DurableFiles.move(build.file(shard.file()), folder.resolve(shard.file()));
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        if (name.matches()
            && Long.parseLong(name.group(1)) == manifest.keys()
            && Integer.parseInt(name.group(2)) == manifest.dimension()
            && !names.contains(name.group())) {
          Files.delete(file); // of an index that was cut into other shards
        }
      }
    }
    DurableFiles.move(sealed, folder.resolve(MANIFEST));
    build.delete();
    return true;
  }

  /**
   * Reads the published index files whole and compares them with their checksums.
   *
   * @return how many files have a checksum: none where the manifest is of version 1 or is missing
   * @throws IndexFileException at the first file that differs
   * @throws IOException when one cannot be read
   */
  public int verify() throws IOException {
    int verified = 0;
    for (IndexManifest.Shard shard : manifest().map(IndexManifest::shards).orElse(List.of())) {
      if (shard.crc32c() != null) {
        verify(shard);
        verified++;
      }
    }
    return verified;
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
