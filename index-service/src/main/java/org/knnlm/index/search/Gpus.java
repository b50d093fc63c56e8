package org.knnlm.index.search;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.knnlm.faiss.FaissException;
import org.knnlm.faiss.FaissIndex;
import org.knnlm.faiss.Gpu;

/**
 * The GPUs that index files are copied to as far as these have room. A file that has none is
 * searched on the CPU, where all files are in any case: for exact distances, and for searches that
 * faiss does not do on GPUs.
 */
public final class Gpus {
  private static final System.Logger LOG = System.getLogger(Gpus.class.getName());

  /** Bytes of a GPU that are left for what searches need there, half of it taken at the first. */
  private static final long SPARE = 2L << 30;

  private final List<Gpu> gpus;

  /**
   * @param gpus to use; none leaves everything on the CPU
   */
  public Gpus(List<Gpu> gpus) {
    this.gpus = List.copyOf(gpus);
  }

  /** The same files, each with its place; one caller at a time, who finds what others left free. */
  synchronized NavigableMap<Integer, Shards.Shard> placed(
      NavigableMap<Integer, Shards.Shard> files) {
    var placed = new TreeMap<>(files);
    if (gpus.isEmpty()) {
      return placed;
    }
    Map<Integer, Long> free = free();
    var needed = new TreeMap<Integer, Long>();
    files.forEach(
        (number, file) ->
            file.index()
                .cpuOnly()
                .ifPresentOrElse(
                    reason -> placed.put(number, onCpu(file, reason)),
                    () -> needed.put(number, file.index().bytesOnGpu())));
    Map<Integer, Integer> places = Placement.of(needed, free);
    try {
      needed.forEach(
          (number, bytes) -> {
            Shards.Shard file = files.get(number);
            Integer gpu = places.get(number);
            placed.put(
                number, gpu == null ? onCpu(file, noRoom(bytes, free)) : copied(file, bytes, gpu));
          });
    } catch (RuntimeException e) {
      placed.values().forEach(file -> file.place().close());
      throw e;
    }
    return placed;
  }

  private Map<Integer, Long> free() {
    var free = new TreeMap<Integer, Long>();
    for (Gpu gpu : gpus) {
      try {
        free.put(gpu.number(), Math.max(0, gpu.freeBytes() - SPARE));
      } catch (FaissException e) {
        LOG.log(Level.WARNING, "{0}", e.getMessage());
      }
    }
    return free;
  }

  private static Shards.Shard onCpu(Shards.Shard file, String reason) {
    LOG.log(Level.WARNING, "{0} is searched on the CPU: {1}", file.file(), reason);
    return file.at(new Place.OnCpu(reason));
  }

  private static Shards.Shard copied(Shards.Shard file, long bytes, int gpu) {
    FaissIndex copy;
    try {
      copy = file.index().onGpu(gpu);
    } catch (FaissException e) {
      return onCpu(file, e.getMessage());
    }
    LOG.log(Level.INFO, "{0} is on GPU {1}: about {2} MiB", file.file(), gpu, bytes >> 20);
    return file.at(new Place.OnGpu(gpu, copy));
  }

  private static String noRoom(long bytes, Map<Integer, Long> free) {
    return "it takes %,d MiB on a GPU; beside other index files and %,d MiB for searches there were %s"
        .formatted(
            bytes >> 20,
            SPARE >> 20,
            free.entrySet().stream()
                .map(gpu -> "%,d MiB on GPU %d".formatted(gpu.getValue() >> 20, gpu.getKey()))
                .collect(Collectors.joining(", ")));
  }
}
