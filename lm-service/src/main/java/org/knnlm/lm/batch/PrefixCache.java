package org.knnlm.lm.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.knnlm.lm.transformer.KvCache;

/**
 * Keys and values of the prompts that were seen last, as far as memory allows. Used on the model's
 * thread, but for its figures.
 */
public final class PrefixCache {
  /** Shorter prompts are computed faster than they are kept. */
  public static final int LEAST_TOKENS = 16;

  private final long maxBytes;
  private final List<Entry> entries = new ArrayList<>();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong reused = new AtomicLong();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(int[] tokenIds, KvCache cache) {}

  /**
   * A prompt that begins alike.
   *
   * @param length tokens that both have in common
   */
  public record Match(KvCache cache, int length) {}

  /**
   * @param maxBytes of memory; 0 keeps nothing
   */
  public PrefixCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The prompt that has the most tokens, of those asked for, from the beginning on. */
  public Optional<Match> longest(int[] tokenIds) {
    Entry best = null;
    int longest = LEAST_TOKENS - 1;
    for (Entry entry : entries) {
      int mismatch = Arrays.mismatch(entry.tokenIds, tokenIds);
      int common = mismatch < 0 ? tokenIds.length : mismatch;
      if (common > longest) {
        best = entry;
        longest = common;
      }
    }
    if (best == null) {
      return Optional.empty();
    }
    entries.remove(best);
    entries.add(best);
    return Optional.of(new Match(best.cache, longest));
  }

  /** Counts tokens that were not computed again. */
  public void countReused(int tokens) {
    reused.addAndGet(tokens);
  }

  /**
   * Keeps a prompt, and lets those go that it makes superfluous, or that were used longest ago.
   *
   * @param cache of at least the tokens' positions
   */
  public void put(int[] tokenIds, KvCache cache) {
    if (tokenIds.length < LEAST_TOKENS || cache.bytes() > maxBytes) {
      return;
    }
    entries.stream()
        .filter(entry -> startsWith(tokenIds, entry.tokenIds))
        .toList()
        .forEach(this::remove);
    while (bytes.get() + cache.bytes() > maxBytes) {
      remove(entries.getFirst());
    }
    entries.add(new Entry(tokenIds, cache.retain()));
    bytes.addAndGet(cache.bytes());
  }

  private static boolean startsWith(int[] tokenIds, int[] prefix) {
    return prefix.length <= tokenIds.length
        && Arrays.equals(tokenIds, 0, prefix.length, prefix, 0, prefix.length);
  }

  private void remove(Entry entry) {
    entries.remove(entry);
    bytes.addAndGet(-entry.cache.bytes());
    entry.cache.release();
  }

  /** Memory that is kept. */
  public long bytes() {
    return bytes.get();
  }

  /** Memory that may be kept. */
  public long maxBytes() {
    return maxBytes;
  }

  /** Tokens that were not computed again, since the start. */
  public long reusedTokens() {
    return reused.get();
  }
}
