package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.knnlm.eval.lm.Scores;

/** Classification by the next token: one pass for each example, several in one request. */
final class NextTokenEvaluator extends RowEvaluator {
  private static final String UNCONDITIONAL = ":";

  /**
   * What is the same for all examples.
   *
   * @param words first token of each word of each label
   * @param ids all of them, ascending
   * @param domain probabilities of the ids after the prompt alone, for each setting
   * @param unconditional the same after ":"
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Shared(
      String prompt,
      List<int[]> words,
      int[] ids,
      List<double[]> domain,
      List<double[]> unconditional) {}

  private final Request.NextToken request;
  private Shared shared;

  NextTokenEvaluator(LoadedTask loaded, Asking asking, Request.NextToken request) {
    super(loaded, asking);
    this.request = request;
  }

  @Override
  public List<Graded> evaluate(List<Integer> indices) {
    Shared same = shared();
    List<String> premises =
        indices.stream()
            .map(index -> request.premise().fill(row(index).with("prompt", same.prompt())))
            .toList();
    List<Integer> answers =
        indices.stream()
            .map(index -> request.answer().of(row(index), same.words().size()))
            .toList();
    List<int[]> right = answers.stream().map(answer -> oracle(same.words().get(answer))).toList();
    List<List<double[]>> probabilities = probabilities(premises, right, same.ids());
    return IntStream.range(0, indices.size())
        .mapToObj(i -> graded(premises.get(i), answers.get(i), probabilities.get(i), same))
        .toList();
  }

  private Graded graded(String premise, int answer, List<double[]> probabilities, Shared same) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int column = 0; column < asking.columns(); column++) {
      double[] conditional = probabilities.get(column);
      double[] domain = same.domain().get(column);
      double[] unconditional = same.unconditional().get(column);
      outcomes.add(
          Verbalizers.grade(
              loaded.task(),
              same.words(),
              new Verbalizers.Distributions(
                  id -> conditional[place(same.ids(), id)],
                  id -> domain[place(same.ids(), id)],
                  id -> unconditional[place(same.ids(), id)]),
              answer));
    }
    return new Graded(premise, Integer.toString(answer), outcomes);
  }

  private static int place(int[] ids, int id) {
    return Arrays.binarySearch(ids, id);
  }

  /** An oracle puts each first token of the right label's words among the neighbours, once. */
  private static int[] oracle(int[] words) {
    return Arrays.stream(words).distinct().toArray();
  }

  /**
   * Probabilities of tokens after each text: for each text, for each setting.
   *
   * @param right what an oracle puts among the neighbours of each; empty for none
   */
  private List<List<double[]>> probabilities(List<String> texts, List<int[]> right, int[] ids) {
    Map<String, int[]> whole = tokens.whole(texts);
    List<int[]> sequences =
        texts.stream()
            .map(text -> TokenSource.last(whole.get(text), asking.info().maxSequenceLength()))
            .toList();
    List<List<double[]>> all = new ArrayList<>();
    for (List<int[]> request : asking.requests(sequences)) {
      List<int[]> ofRequest =
          right.isEmpty() ? right : right.subList(all.size(), all.size() + request.size());
      asking
          .model()
          .nextToken(
              request, ofRequest, ids, asking.settings(), scores -> all.add(probabilities(scores)));
    }
    return all;
  }

  private static List<double[]> probabilities(Scores scores) {
    List<double[]> columns = new ArrayList<>();
    columns.add(exp(scores.base()));
    scores.retrievals().forEach(logProbs -> columns.add(exp(logProbs)));
    return columns;
  }

  private static double[] exp(float[] logProbs) {
    return IntStream.range(0, logProbs.length).mapToDouble(i -> Math.exp(logProbs[i])).toArray();
  }

  private synchronized Shared shared() {
    if (shared == null) {
      List<List<String>> labels = loaded.labels();
      List<String> spaced = labels.stream().flatMap(List::stream).map(word -> " " + word).toList();
      Map<String, TokenSource.Continuation> continuations = tokens.continuations(spaced);
      List<int[]> words =
          labels.stream()
              .map(label -> label.stream().mapToInt(word -> first(continuations, word)).toArray())
              .toList();
      int[] ids = words.stream().flatMapToInt(Arrays::stream).sorted().distinct().toArray();
      String prompt =
          tokens.isLlama2() ? request.promptOfLlama2().orElse(request.prompt()) : request.prompt();
      List<List<double[]>> without = probabilities(List.of(prompt, UNCONDITIONAL), List.of(), ids);
      shared = new Shared(prompt, words, ids, without.getFirst(), without.getLast());
    }
    return shared;
  }

  private static int first(Map<String, TokenSource.Continuation> continuations, String word) {
    int[] ids = continuations.get(" " + word).tokens();
    if (ids.length == 0) {
      throw new ExampleException("the word \"%s\" of a label has no token".formatted(word));
    }
    return ids[0];
  }
}
