package org.knnlm.index.build;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreManifest;
import org.knnlm.datastore.Segment;
import org.knnlm.index.shard.BuildFolder;
import org.knnlm.index.shard.DurableFiles;
import org.knnlm.index.shard.IndexManifest;

/**
 * The finished steps of a build, in {@code checkpoint.json} of its folder. Each step is recorded
 * when its file is on disk.
 *
 * @param version of this format
 * @param plan the index
 * @param datastore identity of the keys, see {@link #identity}
 * @param threads of training and adding, which a build keeps to its end: the last bits of its files
 *     may depend on them
 * @param shardKeys keys of a shard
 * @param seconds that the finished steps took
 * @param trained the trained and empty index; null before
 * @param shards that are finished, in the order of their keys
 */
record Checkpoint(
    int version,
    IndexPlan plan,
    long datastore,
    int threads,
    long shardKeys,
    double seconds,
    Trained trained,
    List<IndexManifest.Shard> shards) {
  static final String FILE = "checkpoint.json";
  static final String TRAINED = "trained.faiss";
  private static final int VERSION = 2;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  Checkpoint {
    shards = List.copyOf(shards);
  }

  /** Size and CRC-32C of the trained index's file. */
  record Trained(long bytes, long crc32c) {}

  static Checkpoint fresh(IndexPlan plan, Datastore datastore, int threads, long shardKeys)
      throws IOException {
    return new Checkpoint(
        VERSION, plan, identity(datastore), threads, shardKeys, 0, null, List.of());
  }

  /** CRC-32C of what tells one datastore from another: names, times, and its parts' checksums. */
  static long identity(Datastore datastore) throws IOException {
    var crc = new CRC32C();
    for (Segment segment : datastore.segments()) {
      crc.update(segment.files().keysName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      long changed = Files.getLastModifiedTime(segment.keysFile()).toMillis();
      crc.update(ByteBuffer.allocate(Long.BYTES).putLong(changed).flip());
      segment.manifest().map(DatastoreManifest::parts).orElse(List.of()).stream()
          .map(part -> ByteBuffer.allocate(Long.BYTES).putLong(part.keysCrc32c()).flip())
          .forEach(crc::update);
    }
    return crc.getValue();
  }

  /** The checkpoint in a datastore's build folder; empty when there is none that can be read. */
  static Optional<Checkpoint> read(Path datastoreFolder) throws IOException {
    Path file = datastoreFolder.resolve(BuildFolder.NAME).resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), Checkpoint.class))
          .filter(checkpoint -> checkpoint.version() == VERSION);
    } catch (JacksonException ofAnotherVersion) {
      return Optional.empty();
    }
  }

  void write(BuildFolder folder) throws IOException {
    DurableFiles.replace(folder.file(FILE), JSON.writeValueAsBytes(this));
  }

  /** Whether it belongs to a build of these; the number of threads is the checkpoint's to say. */
  boolean isOf(IndexPlan wanted, long datastoreIdentity, long wantedShardKeys) {
    return plan.equals(wanted) && datastore == datastoreIdentity && shardKeys == wantedShardKeys;
  }

  /** What of it the files still bear out: steps up to the first file that is not as written. */
  Checkpoint verified(BuildFolder folder) throws IOException {
    if (trained == null || !isIntact(folder.file(TRAINED), trained.bytes(), trained.crc32c())) {
      return new Checkpoint(version, plan, datastore, threads, shardKeys, 0, null, List.of());
    }
    var intact = new ArrayList<IndexManifest.Shard>();
    for (IndexManifest.Shard shard : shards) {
      if (!isIntact(folder.file(shard.file()), shard.bytes(), shard.crc32c())) {
        break;
      }
      intact.add(shard);
    }
    return new Checkpoint(version, plan, datastore, threads, shardKeys, seconds, trained, intact);
  }

  private static boolean isIntact(Path file, long bytes, long crc32c) throws IOException {
    return Files.isRegularFile(file)
        && Files.size(file) == bytes
        && DurableFiles.crc32c(file) == crc32c;
  }

  Checkpoint trained(Trained file, double took) {
    return new Checkpoint(
        version, plan, datastore, threads, shardKeys, seconds + took, file, shards);
  }

  Checkpoint with(IndexManifest.Shard shard, double took) {
    var more = new ArrayList<>(shards);
    more.add(shard);
    return new Checkpoint(
        version, plan, datastore, threads, shardKeys, seconds + took, trained, more);
  }

  /** Keys in finished shards. */
  long keysDone() {
    return shards.isEmpty() ? 0 : shards.getLast().end();
  }

  /** Names of the files that it counts on. */
  Set<String> files() {
    var names = new HashSet<String>();
    names.add(FILE);
    if (trained != null) {
      names.add(TRAINED);
    }
    shards.forEach(shard -> names.add(shard.file()));
    return names;
  }
}
