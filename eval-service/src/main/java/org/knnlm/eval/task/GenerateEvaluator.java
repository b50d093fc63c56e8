package org.knnlm.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.knnlm.eval.lm.Continuation;

/** Greedy continuations of several examples in one request. */
final class GenerateEvaluator extends RowEvaluator {
  private final Request.Generate request;

  GenerateEvaluator(LoadedTask loaded, Asking asking, Request.Generate request) {
    super(loaded, asking);
    this.request = request;
  }

  @Override
  public List<Graded> evaluate(List<Integer> indices) {
    List<Graded> graded = new ArrayList<>();
    for (List<Integer> some : asking.requests(indices)) {
      graded.addAll(together(some));
    }
    return graded;
  }

  private List<Graded> together(List<Integer> indices) {
    List<Row> rows = indices.stream().map(this::row).toList();
    List<List<String>> answers = rows.stream().map(this::answers).toList();
    List<String> prompts =
        rows.stream()
            .map(row -> loaded.shots().getOrDefault(row.group(), "") + loaded.prompt().fill(row))
            .toList();
    Map<String, int[]> whole = tokens.whole(prompts);
    List<List<Continuation>> continuations =
        asking
            .model()
            .generate(
                prompts.stream().map(prompt -> cut(whole.get(prompt))).toList(),
                asking.settings(),
                request.maxNewTokens(),
                request.stop());
    List<Graded> graded = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<String> expected = answers.get(i);
      var prompt = new Grading.Prompt(prompts.get(i), whole.get(prompts.get(i)).length > room());
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
                                  loaded.task(),
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
