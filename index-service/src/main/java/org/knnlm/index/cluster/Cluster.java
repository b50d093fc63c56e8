package org.knnlm.index.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.search.SearchableDatastore;
import org.knnlm.index.search.Searched;
import org.knnlm.index.shard.IndexManifest;

/**
 * Answers for a whole index: from the files held here, and from peers for the others. Which peer
 * holds what is asked of the peers, so that files may be held by several, and a peer that fails is
 * replaced by another that holds the same.
 */
public final class Cluster {
  private final Catalog catalog;
  private final Supplier<List<Peer>> peers;
  private final Fork fork;
  private final LongAdder incomplete = new LongAdder();

  /** Runs a task beside the caller's thread, on behalf of the same call. */
  @FunctionalInterface
  public interface Fork {
    <T> Future<T> start(Callable<T> task);
  }

  /** Takes the neighbours of the queries from {@code firstQuery} on. */
  @FunctionalInterface
  public interface Output {
    void accept(int firstQuery, Answer answer) throws InterruptedException;
  }

  /**
   * @param catalog of what is held here
   * @param peers that there are now
   * @param fork for calls of several peers at a time
   */
  public Cluster(Catalog catalog, Supplier<List<Peer>> peers, Fork fork) {
    this.catalog = catalog;
    this.peers = peers;
    this.fork = fork;
  }

  /**
   * The nearest keys, nearest first by the index's distances, equal ones by id.
   *
   * @param allowPartial whether to answer from what can be reached when not all can
   * @throws org.knnlm.index.catalog.NoIndexException when there is no index
   * @throws UnreachableKeysException when keys are held by no instance in reach
   */
  public Answer search(NeighborQuery query, boolean allowPartial) {
    Here here = catalog.search(query.datastore(), Here::of);
    IndexManifest manifest = here.manifest;
    if (here.shards.size() == manifest.shards().size()) {
      return new Answer(searched(here, query), 0);
    }
    var remaining = new TreeSet<>(IntStream.range(0, manifest.shards().size()).boxed().toList());
    here.shards.forEach(remaining::remove);
    Optional<Future<Searched>> own =
        here.shards.isEmpty()
            ? Optional.empty()
            : Optional.of(fork.start(() -> searched(here, query)));
    var problems = new LinkedHashSet<String>();
    List<Searched> found = fromPeers(query, Held.idOf(manifest), remaining, problems);
    own.ifPresent(searched -> found.addFirst(get(searched)));
    if (!remaining.isEmpty()) {
      incomplete.increment();
    }
    if (!remaining.isEmpty() && (!allowPartial || found.isEmpty())) {
      throw new UnreachableKeysException(ranges(manifest, remaining), List.copyOf(problems));
    }
    long unsearched =
        remaining.stream().map(manifest.shards()::get).mapToLong(s -> s.end() - s.start()).sum();
    return new Answer(found.stream().reduce(Searched::merged).orElseThrow(), unsearched);
  }

  /**
   * The same for one piece after another: each is searched for while the answer before is taken.
   */
  public void search(Iterable<NeighborQuery> pieces, boolean allowPartial, Output output)
      throws InterruptedException {
    int answered = 0;
    Future<Answer> next = null;
    for (NeighborQuery piece : pieces) {
      Future<Answer> before = next;
      next = fork.start(() -> search(piece, allowPartial));
      if (before != null) {
        answered += hand(get(before), answered, output);
      }
    }
    if (next != null) {
      hand(get(next), answered, output);
    }
  }

  /** The other instances that there are now. */
  public List<Peer> peers() {
    return peers.get();
  }

  /** Searches since the start that missed keys: refused for that, or answered in part. */
  public long incomplete() {
    return incomplete.sum();
  }

  /** Returns the number of queries that are answered. */
  private static int hand(Answer answer, int firstQuery, Output output)
      throws InterruptedException {
    output.accept(firstQuery, answer);
    return answer.neighbors().queries();
  }

  private record Here(IndexManifest manifest, List<Integer> shards) {
    static Here of(SearchableDatastore index) {
      return new Here(index.manifest(), index.shards());
    }
  }

  private Searched searched(Here here, NeighborQuery query) {
    return catalog.search(query.datastore(), index -> query.in(index, here.shards));
  }

  /**
   * Asks peers for the files that remain, those that hold one in turns, until none is left to ask.
   *
   * @param remaining numbers of files; those that were searched are removed
   * @param problems added to: why peers did not answer
   */
  private List<Searched> fromPeers(
      NeighborQuery query, String indexId, NavigableSet<Integer> remaining, Set<String> problems) {
    Map<Peer, Held> holders = holders(query, problems);
    List<Searched> found = new ArrayList<>();
    while (!remaining.isEmpty()) {
      Map<Peer, List<Integer>> work = assigned(indexId, remaining, holders);
      if (work.isEmpty()) {
        break;
      }
      Map<Peer, Future<Searched>> answers = new LinkedHashMap<>();
      work.forEach(
          (peer, shards) ->
              answers.put(peer, fork.start(() -> peer.search(indexId, shards, query))));
      answers.forEach(
          (peer, answer) -> {
            try {
              found.add(get(answer));
              remaining.removeAll(work.get(peer));
            } catch (PeerException e) {
              problems.add(e.getMessage());
              holders.remove(peer);
            }
          });
    }
    return found;
  }

  private Map<Peer, Held> holders(NeighborQuery query, Set<String> problems) {
    Map<Peer, Future<Held>> asked = new LinkedHashMap<>();
    for (Peer peer : peers.get()) {
      asked.put(peer, fork.start(() -> peer.held(query.datastore())));
    }
    Map<Peer, Held> holders = new LinkedHashMap<>();
    asked.forEach(
        (peer, held) -> {
          try {
            holders.put(peer, get(held));
          } catch (PeerException e) {
            problems.add(e.getMessage());
          }
        });
    return holders;
  }

  /** Each file to the holder with the least to do. */
  private static Map<Peer, List<Integer>> assigned(
      String indexId, NavigableSet<Integer> shards, Map<Peer, Held> holders) {
    Map<Peer, List<Integer>> work = new HashMap<>();
    for (int shard : shards) {
      holders.entrySet().stream()
          .filter(holder -> holder.getValue().has(indexId, shard))
          .map(Map.Entry::getKey)
          .min(Comparator.comparingInt(peer -> work.getOrDefault(peer, List.of()).size()))
          .ifPresent(peer -> work.computeIfAbsent(peer, p -> new ArrayList<>()).add(shard));
    }
    return work;
  }

  private static String ranges(IndexManifest manifest, NavigableSet<Integer> shards) {
    return shards.stream()
        .map(manifest.shards()::get)
        .map(shard -> "keys %,d to %,d".formatted(shard.start(), shard.end()))
        .collect(Collectors.joining(", "));
  }

  private static <T> T get(Future<T> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while peers search");
    }
  }
}
