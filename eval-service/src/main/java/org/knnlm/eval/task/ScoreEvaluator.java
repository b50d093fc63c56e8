package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.knnlm.eval.lm.Sequence;

/** Multiple choice by likelihood: the options of several examples in one request. */
final class ScoreEvaluator extends RowEvaluator {
  private static final int[] BARE = {Continuations.BARE_TOKEN};

  /**
   * An example as it is asked.
   *
   * @param texts of the options
   * @param premises of each option
   * @param continuations of each option
   */
  private record Choice(
      List<String> texts,
      List<String> premises,
      List<String> continuations,
      int answer,
      OptionalInt reference) {}

  private final Request.Score request;

  ScoreEvaluator(LoadedTask loaded, Asking asking, Request.Score request) {
    super(loaded, asking);
    this.request = request;
  }

  @Override
  public List<Graded> evaluate(List<Integer> indices) {
    List<Choice> choices = indices.stream().map(index -> choice(row(index))).toList();
    Map<String, TokenSource.Continuation> continuations =
        tokens.continuations(choices.stream().flatMap(c -> c.continuations().stream()).toList());
    List<String> premises = new ArrayList<>();
    choices.forEach(choice -> premises.addAll(choice.premises()));
    request.domain().ifPresent(premises::add);
    Map<String, int[]> premiseTokens = tokens.whole(premises);

    List<Sequence> sequences = new ArrayList<>();
    for (Choice choice : choices) {
      for (int i = 0; i < choice.texts().size(); i++) {
        sequences.add(
            sequence(
                premiseTokens.get(choice.premises().get(i)),
                continuations.get(choice.continuations().get(i)),
                i == choice.answer()));
      }
    }
    int conditional = sequences.size();
    List<String> unconditional = unconditional(choices);
    for (int[] premise : unconditionalPremises(premiseTokens)) {
      unconditional.forEach(
          text -> sequences.add(sequence(premise, continuations.get(text), false)));
    }
    List<double[]> sums = asking.entropies(sequences);
    Map<String, double[]> domains = new HashMap<>();
    Map<String, double[]> bares = new HashMap<>();
    for (int i = 0; i < unconditional.size(); i++) {
      domains.put(unconditional.get(i), sums.get(conditional + i));
      bares.put(unconditional.get(i), sums.get(conditional + unconditional.size() + i));
    }

    List<Graded> graded = new ArrayList<>();
    int next = 0;
    for (Choice choice : choices) {
      graded.add(
          graded(
              choice,
              sums.subList(next, next + choice.texts().size()),
              domains,
              bares,
              continuations));
      next += choice.texts().size();
    }
    return graded;
  }

  /** What is scored without its premise, too: once for all these examples, not for others. */
  private List<String> unconditional(List<Choice> choices) {
    return request.domain().isEmpty()
        ? List.of()
        : choices.stream().flatMap(choice -> choice.continuations().stream()).distinct().toList();
  }

  private List<int[]> unconditionalPremises(Map<String, int[]> premiseTokens) {
    return request
        .domain()
        .map(domain -> List.of(premiseTokens.get(domain), BARE))
        .orElse(List.of());
  }

  private Graded graded(
      Choice choice,
      List<double[]> conditional,
      Map<String, double[]> domains,
      Map<String, double[]> bares,
      Map<String, TokenSource.Continuation> continuations) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int column = 0; column < asking.columns(); column++) {
      List<Continuations.Entropies> options = new ArrayList<>();
      for (int i = 0; i < choice.texts().size(); i++) {
        String text = choice.continuations().get(i);
        options.add(
            new Continuations.Entropies(
                conditional.get(i)[column],
                request.domain().isPresent() ? domains.get(text)[column] : Double.NaN,
                request.domain().isPresent() ? bares.get(text)[column] : Double.NaN,
                continuations.get(text).counted()));
      }
      outcomes.add(
          Continuations.grade(
              loaded.task(),
              choice.texts(),
              options,
              choice.answer(),
              choice.reference(),
              request.domain().isPresent()));
    }
    return new Graded(
        choice.premises().getFirst(),
        choice.texts().get(choice.answer()),
        choice.texts(),
        outcomes);
  }

  private Choice choice(Row row) {
    List<String> texts =
        request.optionsField().isPresent()
            ? row.texts(request.optionsField().get())
            : request.options().stream().map(option -> option.fill(row)).toList();
    if (request.wikihow()) {
      texts = texts.stream().map(Filter.WIKIHOW::apply).toList();
    }
    if (texts.size() < 2) {
      throw new ExampleException(
          "%s: found %d options, at least 2 are needed".formatted(row.where(), texts.size()));
    }
    List<Row> rows = texts.stream().map(text -> row.with("option", text)).toList();
    List<String> premises = rows.stream().map(request.premise()::fill).toList();
    if (request.wikihow()) {
      premises = premises.stream().map(Filter.WIKIHOW::apply).toList();
    }
    return new Choice(
        texts,
        premises,
        rows.stream().map(request.continuation()::fill).toList(),
        request.answer().of(row, texts.size()),
        request.referenceAnswer().map(answer -> answer.find(row)).orElseGet(OptionalInt::empty));
  }

  /**
   * The premise is cut from the left so that both fit, special tokens of the continuation counted.
   *
   * @param right whether an oracle puts the continuation among the neighbours
   */
  private Sequence sequence(int[] premise, TokenSource.Continuation continuation, boolean right) {
    int room = asking.info().maxSequenceLength() - continuation.counted();
    int[] before = TokenSource.last(premise, Math.max(room, 0));
    if (before.length == 0 || continuation.tokens().length == 0) {
      throw new ExampleException(
          "a premise of %d and a continuation of %d tokens, each needs one, and both together at most %d"
              .formatted(
                  premise.length, continuation.tokens().length, asking.info().maxSequenceLength()));
    }
    int[] tokens = Arrays.copyOf(before, before.length + continuation.tokens().length);
    System.arraycopy(continuation.tokens(), 0, tokens, before.length, continuation.tokens().length);
    return new Sequence(tokens, before.length, right);
  }
}
