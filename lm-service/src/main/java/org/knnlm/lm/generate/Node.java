package org.knnlm.lm.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.knnlm.lm.batch.PrefixCache;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/**
 * Continuations of a prompt that have the same tokens so far, and so one forward pass and one
 * cache. {@link #segment}, {@link #passed} and {@link #release} are called on the model's thread.
 */
final class Node {
  private final List<Continuation> continuations;
  private final int capacity;

  /** Whose tokens these begin with, until its keys and values are copied. */
  private Optional<Node> parent;

  private int[] tokenIds;
  private KvCache cache;
  private int cached;

  /**
   * @param tokenIds of the prompt
   * @param capacity tokens that it may grow to
   * @param parent whose tokens these begin with, and which goes through the model before
   */
  Node(int[] tokenIds, int capacity, List<Continuation> continuations, Optional<Node> parent) {
    this.tokenIds = tokenIds;
    this.capacity = capacity;
    this.continuations = new ArrayList<>(continuations);
    this.parent = parent;
  }

  List<Continuation> continuations() {
    return continuations;
  }

  /** Whether the next token would be the last that the model can take. */
  boolean isFull() {
    return tokenIds.length + 1 >= capacity;
  }

  /** These continuations go on with a token. */
  void advance(int token, List<Continuation> those) {
    continuations.retainAll(those);
    tokenIds = Arrays.copyOf(tokenIds, tokenIds.length + 1);
    tokenIds[tokenIds.length - 1] = token;
  }

  /**
   * Some continuations go on with another token than the rest; to be asked before the rest does.
   */
  Node fork(int token, List<Continuation> those) {
    var fork = new Node(tokenIds, capacity, those, Optional.of(this));
    fork.advance(token, those);
    return fork;
  }

  /** Tokens that the next pass takes at most. */
  int pending() {
    return tokenIds.length - Math.max(cached, inherited());
  }

  /** What the next pass takes. */
  Segment segment(Transformer model, PrefixCache prefixes) {
    if (!model.keepsPrefixes(capacity)) {
      parent = Optional.empty();
      return Segment.whole(tokenIds);
    }
    if (cache == null) {
      cache = model.newCache(capacity);
      parent.ifPresentOrElse(this::copy, () -> copyKnown(prefixes));
      parent = Optional.empty();
    }
    return Segment.appending(cache, cached, Arrays.copyOfRange(tokenIds, cached, tokenIds.length));
  }

  /** The pass of the last segment was made: its keys and values are in the cache. */
  void passed() {
    if (cache != null) {
      cached = tokenIds.length;
    }
  }

  private void copy(Node other) {
    cached = inherited();
    cache.copy(other.cache, cached);
  }

  /** Tokens that the parent has computed, and has not gone beyond. */
  private int inherited() {
    return parent.map(other -> Math.min(other.cached, tokenIds.length - 1)).orElse(0);
  }

  private void copyKnown(PrefixCache prefixes) {
    prefixes
        .longest(tokenIds)
        .ifPresent(
            match -> {
              cached = Math.min(match.length(), tokenIds.length - 1);
              cache.copy(match.cache(), cached);
              prefixes.countReused(cached);
            });
  }

  /** Keeps what is computed for prompts that begin alike, and lets the cache go. */
  void release(PrefixCache prefixes) {
    if (cache != null) {
      prefixes.put(Arrays.copyOf(tokenIds, cached), cache);
      cache.release();
      cache = null;
    }
  }
}
