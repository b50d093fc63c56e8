package org.knnlm.lm.next;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.knnlm.lm.batch.Beginning;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.PrefixCache;
import org.knnlm.lm.batch.Work;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/** Prompts that go through the model together, after what is known of them, and are remembered. */
final class PromptWork implements Work<Tails> {
  private final List<int[]> prompts;
  private final Set<HiddenState> states;
  private final Passes passes;
  private final PrefixCache prefixes;
  private final List<Remembered> remembered = new ArrayList<>();
  private final List<KvCache> held = new ArrayList<>();

  /** Segments before those of the prompts. */
  private int shared;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Remembered(int[] prompt, KvCache cache) {}

  /**
   * @param prefixes of earlier prompts; none are known in passes of their own
   */
  PromptWork(List<int[]> prompts, Set<HiddenState> states, Passes passes, PrefixCache prefixes) {
    this.prompts = prompts;
    this.states = states;
    this.passes = passes;
    this.prefixes = prefixes;
  }

  @Override
  public boolean alone() {
    return passes == Passes.OWN;
  }

  @Override
  public int tokens() {
    return prompts.stream().mapToInt(prompt -> prompt.length).sum();
  }

  @Override
  public List<Segment> begin(Transformer model) {
    return switch (passes) {
      case SHARED -> prompts.stream().map(prompt -> segment(prompt, model)).toList();
      case OWN -> {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        int[] beginning = Beginning.of(prompts);
        yield beginning.length > 0 && model.keepsPrefixes(longest)
            ? branch(beginning, model)
            : prompts.stream().map(Segment::whole).toList();
      }
    };
  }

  /** What all begin with, and after it the rest of each. */
  private List<Segment> branch(int[] beginning, Transformer model) {
    int end = beginning.length;
    KvCache cache = model.newCache(end);
    held.add(cache);
    List<Segment> segments = new ArrayList<>();
    segments.add(Segment.appending(cache, 0, beginning));
    for (int[] prompt : prompts) {
      segments.add(Segment.after(cache, end, Arrays.copyOfRange(prompt, end, prompt.length)));
    }
    shared = 1;
    return segments;
  }

  private Segment segment(int[] prompt, Transformer model) {
    if (prompt.length < PrefixCache.LEAST_TOKENS || !model.keepsPrefixes(prompt.length)) {
      return Segment.whole(prompt);
    }
    Optional<PrefixCache.Match> known = prefixes.longest(prompt);
    int last = prompt.length - 1;
    int skipped = known.map(match -> Math.min(match.length(), last)).orElse(0);
    prefixes.countReused(skipped);
    int[] rest = Arrays.copyOfRange(prompt, skipped, prompt.length);
    if (skipped == last) {
      return Segment.after(hold(known.get().cache()), skipped, rest);
    }
    KvCache cache = model.newCache(prompt.length);
    held.add(cache);
    known.ifPresent(match -> cache.copy(match.cache(), skipped));
    remembered.add(new Remembered(prompt, cache));
    return Segment.appending(cache, skipped, rest);
  }

  private KvCache hold(KvCache cache) {
    held.add(cache.retain());
    return cache;
  }

  @Override
  public Tails end(ForwardPass pass, int firstSegment) {
    Tails tails = Tails.read(pass, pass.lastRows(firstSegment + shared, prompts.size()), states);
    remembered.forEach(prompt -> prefixes.put(prompt.prompt, prompt.cache));
    return tails;
  }

  @Override
  public void close() {
    held.forEach(KvCache::release);
  }
}
