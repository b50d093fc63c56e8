package org.knnlm.lm.score;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.PrefixCache;
import org.knnlm.lm.batch.Work;
import org.knnlm.lm.retrieval.Queries;
import org.knnlm.lm.transformer.FloatFormat;
import org.knnlm.lm.transformer.ForwardPass;
import org.knnlm.lm.transformer.HiddenState;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.Segment;
import org.knnlm.lm.transformer.Transformer;

/**
 * Questions that go through the model together: a context once, and its targets after it. What is
 * known of a context from before is not computed again.
 */
final class ScoreWork implements Work<ScoreWork.Predictions> {
  private final List<Question> questions;
  private final Set<HiddenState> states;
  private final Passes passes;
  private final PrefixCache prefixes;

  private final List<Segment> segments = new ArrayList<>();
  private final List<Rows> rows = new ArrayList<>();
  private final List<Fresh> fresh = new ArrayList<>();
  private final List<KvCache> held = new ArrayList<>();

  /**
   * What the model says of the targets.
   *
   * @param logProbs of all targets' tokens, one target after the other
   * @param tokens those tokens
   * @param queries of the positions before them
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Predictions(float[] logProbs, int[] tokens, Map<HiddenState, Queries> queries) {}

  /** Positions from {@code begin} up to {@code end} within a segment. */
  private record Rows(int segment, int begin, int end) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Fresh(int[] context, KvCache cache) {}

  /**
   * @param prefixes of earlier prompts; none are known in passes of their own
   */
  ScoreWork(
      List<Question> questions, Set<HiddenState> states, Passes passes, PrefixCache prefixes) {
    this.questions = questions;
    this.states = states;
    this.passes = passes;
    this.prefixes = passes.known(prefixes);
  }

  @Override
  public boolean alone() {
    return passes == Passes.OWN;
  }

  @Override
  public int tokens() {
    return questions.stream().mapToInt(Question::tokens).sum();
  }

  @Override
  public List<Segment> begin(Transformer model) {
    for (Question question : questions) {
      boolean keeps = model.keepsPrefixes(question.longestSequence());
      Optional<PrefixCache.Match> known =
          keeps ? prefixes.longest(question.context()) : Optional.empty();
      if (question.targets().size() > 1 && keeps) {
        branch(question, known, model);
      } else {
        question.targets().forEach(target -> follow(target, known));
      }
    }
    return segments;
  }

  /** The target after what is known of its context. */
  private void follow(Target target, Optional<PrefixCache.Match> known) {
    int last = target.firstTarget() - 1;
    int skipped = known.map(match -> Math.min(match.length(), last)).orElse(0);
    int[] input = target.input(skipped);
    rows.add(new Rows(segments.size(), last - skipped, input.length));
    segments.add(
        skipped == 0
            ? Segment.whole(input)
            : Segment.after(hold(known.get().cache()), skipped, input));
    prefixes.countReused(skipped);
  }

  /** The context, and after it each target. */
  private void branch(Question question, Optional<PrefixCache.Match> known, Transformer model) {
    int[] context = question.context();
    int end = context.length;
    int skipped = known.map(PrefixCache.Match::length).orElse(0);
    KvCache cache;
    int contextSegment = segments.size();
    if (skipped == end) {
      cache = hold(known.get().cache());
      skipped--;
      segments.add(Segment.after(cache, skipped, new int[] {context[end - 1]}));
    } else {
      cache = model.newCache(end);
      held.add(cache);
      if (skipped > 0) {
        cache.copy(known.get().cache(), skipped);
      }
      segments.add(Segment.appending(cache, skipped, Arrays.copyOfRange(context, skipped, end)));
      fresh.add(new Fresh(context, cache));
    }
    prefixes.countReused(skipped);
    int lastOfContext = end - 1 - skipped;
    for (Target target : question.targets()) {
      rows.add(new Rows(contextSegment, lastOfContext, lastOfContext + 1));
      int[] input = target.input(end);
      if (input.length > 0) {
        rows.add(new Rows(segments.size(), 0, input.length));
        segments.add(Segment.after(cache, end, input));
      }
    }
  }

  private KvCache hold(KvCache cache) {
    held.add(cache.retain());
    return cache;
  }

  @Override
  public Predictions end(ForwardPass pass, int firstSegment) {
    int[] all =
        rows.stream()
            .flatMapToInt(r -> Arrays.stream(pass.rows(firstSegment + r.segment, r.begin, r.end)))
            .toArray();
    int[] tokens =
        questions.stream()
            .flatMap(question -> question.targets().stream())
            .flatMapToInt(target -> Arrays.stream(target.tokens()))
            .toArray();
    float[] logProbs = pass.logProbs(all, tokens);
    Map<HiddenState, Queries> queries = new EnumMap<>(HiddenState.class);
    for (HiddenState state : states) {
      ByteBuffer hidden = pass.hiddenStates(all, state, FloatFormat.FP32);
      queries.put(state, new Queries(hidden, tokens.length));
    }
    fresh.forEach(computed -> prefixes.put(computed.context, computed.cache));
    return new Predictions(logProbs, tokens, queries);
  }

  @Override
  public void close() {
    held.forEach(KvCache::release);
  }
}
