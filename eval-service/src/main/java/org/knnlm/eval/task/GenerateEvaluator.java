package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.lm.Continuation;

/** Greedy continuations of several examples in one request. */
final class GenerateEvaluator implements Evaluator {
  private final Asking asking;
  private final Request.Generate request;

  GenerateEvaluator(Asking asking, Request.Generate request) {
    this.asking = asking;
    this.request = request;
  }

  @Override
  public int examples() {
    return asking.loaded().rows().size();
  }

  @Override
  public String group(int index) {
    return asking.row(index).group();
  }

  @Override
  public List<Graded> evaluate(List<Integer> indices) {
    List<Graded> graded = new ArrayList<>();
    int most = asking.info().maxSequences();
    for (int from = 0; from < indices.size(); from += most) {
      graded.addAll(together(indices.subList(from, Math.min(from + most, indices.size()))));
    }
    return graded;
  }

  private List<Graded> together(List<Integer> indices) {
    List<Row> rows = indices.stream().map(asking::row).toList();
    List<List<String>> answers = rows.stream().map(this::answers).toList();
    List<String> prompts =
        rows.stream()
            .map(
                row ->
                    asking.loaded().shots().getOrDefault(row.group(), "")
                        + asking.loaded().prompt().fill(row))
            .toList();
    Map<String, int[]> tokens = asking.tokens().whole(prompts);
    List<List<Continuation>> continuations =
        asking
            .model()
            .generate(
                prompts.stream().map(prompt -> cut(tokens.get(prompt))).toList(),
                asking.settings(),
                request.maxNewTokens(),
                request.stop());
    List<Graded> graded = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<String> expected = answers.get(i);
      var prompt = new Grading.Prompt(prompts.get(i), tokens.get(prompts.get(i)).length > room());
      graded.add(
          new Graded(
              prompts.get(i),
              String.join(" | ", expected),
              continuations.get(i).stream()
                  .map(
                      continuation ->
                          request
                              .grading()
                              .outcome(
                                  asking.loaded().task(),
                                  continuation.text(),
                                  continuation.tokens(),
                                  expected,
                                  prompt))
                  .toList()));
    }
    return graded;
  }

  private List<String> answers(Row row) {
    List<String> answers = row.texts(request.answers());
    if (answers.isEmpty()) {
      throw new ExampleException(
          "%s: the field %s holds no answer".formatted(row.where(), request.answers()));
    }
    return answers;
  }

  private int room() {
    int room = asking.info().maxSequenceLength() - request.maxNewTokens();
    if (room < 1) {
      throw new ExampleException(
          "%d new tokens leave no room for a prompt in a model of %d tokens"
              .formatted(request.maxNewTokens(), asking.info().maxSequenceLength()));
    }
    return Math.min(room, request.maxPromptTokens().orElse(room));
  }

  private int[] cut(int[] prompt) {
    return switch (request.cut()) {
      case LEFT -> TokenSource.last(prompt, room());
      case RIGHT -> Arrays.copyOf(prompt, Math.min(prompt.length, room()));
    };
  }
}
