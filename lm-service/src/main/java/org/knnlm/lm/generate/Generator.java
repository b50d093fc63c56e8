package org.knnlm.lm.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Beginning;
import org.knnlm.lm.batch.Done;
import org.knnlm.lm.batch.Groups;
import org.knnlm.lm.batch.ModelQueue;
import org.knnlm.lm.batch.Passes;
import org.knnlm.lm.batch.Timings;
import org.knnlm.lm.mixture.Prediction;
import org.knnlm.lm.next.NextTokens;
import org.knnlm.lm.next.Tails;
import org.knnlm.lm.retrieval.Distribution;
import org.knnlm.lm.retrieval.NeighborIndex;
import org.knnlm.lm.retrieval.Retrieval;
import org.knnlm.lm.retrieval.RetrievalPlan;

/**
 * Continues prompts, base and under any number of retrieval settings. Continuations of a prompt go
 * through the model as one while they agree.
 */
public final class Generator {
  private final LanguageModel model;
  private final NeighborIndex index;

  public Generator(LanguageModel model, NeighborIndex index) {
    this.model = model;
    this.index = index;
  }

  /** Takes the tokens as they come. */
  @FunctionalInterface
  public interface Output {
    void accept(Piece piece) throws InterruptedException;
  }

  /**
   * Generates.
   *
   * @param prompts each shorter than the longest sequence
   * @throws org.knnlm.lm.retrieval.DatastoreMismatchException when a datastore is not of this model
   * @throws org.knnlm.lm.retrieval.TooManyNeighborsException when k exceeds a datastore's keys
   * @throws org.knnlm.lm.batch.TooBusyException when there is no memory for the continuations now
   * @throws org.knnlm.lm.transformer.NotFiniteException when the model computes a NaN
   */
  public void generate(
      List<int[]> prompts,
      Options options,
      List<Retrieval> retrievals,
      Passes passes,
      Output output)
      throws InterruptedException {
    var plan = new RetrievalPlan(index, model.info(), retrievals);
    // every setting may go its own way from the first token on
    long positions =
        prompts.stream().mapToLong(prompt -> capacity(prompt, options)).sum()
            * (1 + retrievals.size());
    try (var _ = model.generation().take(positions * model.cacheBytesPerToken())) {
      generate(prompts, options, retrievals, passes, plan, output);
    }
  }

  private void generate(
      List<int[]> prompts,
      Options options,
      List<Retrieval> retrievals,
      Passes passes,
      RetrievalPlan plan,
      Output output)
      throws InterruptedException {
    List<Node> made = new ArrayList<>();
    try {
      Optional<Node> stem = passes == Passes.OWN ? stem(prompts, plan) : Optional.empty();
      stem.ifPresent(made::add);
      List<Node> growing = new ArrayList<>();
      for (int i = 0; i < prompts.size(); i++) {
        growing.add(node(i, prompts.get(i), options, retrievals.size(), stem));
      }
      made.addAll(growing);
      while (!growing.isEmpty()) {
        List<Node> next = new ArrayList<>();
        for (List<Node> group : Groups.of(growing, Node::pending, ModelQueue.PASS_TOKENS)) {
          step(group, plan, retrievals, passes, output, next);
        }
        next.stream().filter(node -> !made.contains(node)).forEach(made::add);
        growing = next;
      }
    } finally {
      model
          .queue()
          .execute(() -> made.forEach(node -> node.release(passes.known(model.prefixes()))));
    }
  }

  /** What all prompts begin with, computed. */
  private Optional<Node> stem(List<int[]> prompts, RetrievalPlan plan) {
    int[] beginning = Beginning.of(prompts);
    if (beginning.length == 0) {
      return Optional.empty();
    }
    var stem = new Node(beginning, beginning.length, List.of(), Optional.empty());
    ModelQueue.await(
        model
            .queue()
            .submit(
                new StepWork(List.of(stem), plan.hiddenStates(), Passes.OWN, model.prefixes())));
    return Optional.of(stem);
  }

  private Node node(
      int prompt, int[] tokenIds, Options options, int retrievals, Optional<Node> stem) {
    List<Continuation> continuations =
        IntStream.rangeClosed(0, retrievals)
            .mapToObj(
                setting ->
                    new Continuation(
                        prompt,
                        setting,
                        options,
                        new TextSoFar(model.tokenizer()::decode, options.stop())))
            .toList();
    return new Node(tokenIds, capacity(tokenIds, options), continuations, stem);
  }

  private int capacity(int[] prompt, Options options) {
    return (int)
        Math.min(model.info().maxSequenceLength(), (long) prompt.length + options.maxNewTokens());
  }

  private void step(
      List<Node> nodes,
      RetrievalPlan plan,
      List<Retrieval> retrievals,
      Passes passes,
      Output output,
      List<Node> next)
      throws InterruptedException {
    var work = new StepWork(nodes, plan.hiddenStates(), passes, model.prefixes());
    Done<Tails> done = ModelQueue.await(model.queue().submit(work));
    long started = System.nanoTime();
    Distribution[][] neighbors = plan.distributions(done.value().queries(), List.of());
    double searchMillis = (System.nanoTime() - started) / 1e6;
    Timings timings = done.timings(1.0 / nodes.size(), searchMillis);
    for (int i = 0; i < nodes.size(); i++) {
      List<Prediction> predictions =
          NextTokens.predictions(done.value().logProbs().get(i), neighbors, i, retrievals);
      next.addAll(grown(nodes.get(i), predictions, timings, output));
    }
  }

  /** The node with the next token, and one more for every other token that was chosen. */
  private static List<Node> grown(
      Node node, List<Prediction> predictions, Timings timings, Output output)
      throws InterruptedException {
    Map<Integer, List<Continuation>> chosen = new LinkedHashMap<>();
    for (Continuation continuation : node.continuations()) {
      Prediction prediction = predictions.get(continuation.setting());
      Piece piece = continuation.next(prediction, node.isFull(), timings);
      output.accept(piece);
      if (piece.finish().isEmpty()) {
        chosen.computeIfAbsent(piece.token(), token -> new ArrayList<>()).add(continuation);
      }
    }
    List<Node> grown = new ArrayList<>();
    List<Integer> tokens = List.copyOf(chosen.keySet());
    for (int token : tokens.subList(Math.min(1, tokens.size()), tokens.size())) {
      grown.add(node.fork(token, chosen.get(token)));
    }
    if (!tokens.isEmpty()) {
      node.advance(tokens.getFirst(), chosen.get(tokens.getFirst()));
      grown.addFirst(node);
    }
    return grown;
  }
}
