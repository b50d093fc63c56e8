package org.knnlm.eval.task;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.perplexity.Protocol;

/** What a task asks of a model for each example: one of four kinds. */
public sealed interface Request {
  /** The name of the kind in task files. */
  String kind();

  /** The metrics that can be had, the usual headline first. */
  List<Metric> metrics();

  /**
   * Likelihood of continuations: which of the options is the most likely.
   *
   * @param options templates of the options; empty when a field lists them
   * @param optionsField field that lists the options
   * @param premise template, in which {@code {option}} is the option
   * @param continuation template of what is scored after the premise
   * @param domain what stands before a continuation instead of the premise, for the metrics that
   *     compare with it; empty in tasks without them
   * @param answer which option is right
   * @param referenceAnswer which one the reference takes to be right, where that differs
   * @param wikihow whether premise and options are cleaned as HellaSwag's
   */
  record Score(
      List<Template> options,
      Optional<String> optionsField,
      Template premise,
      Template continuation,
      Optional<String> domain,
      Answer answer,
      Optional<Answer> referenceAnswer,
      boolean wikihow)
      implements Request {
    @Override
    public String kind() {
      return "score";
    }

    @Override
    public List<Metric> metrics() {
      return Continuations.metrics(domain.isPresent(), referenceAnswer.isPresent());
    }
  }

  /**
   * The next token: which label's words are the most likely.
   *
   * @param premise template, in which {@code {prompt}} is the prompt
   * @param prompt asks for the label, and alone is the domain premise
   * @param promptOfLlama2 the prompt for Llama-2, where it differs
   * @param labels words of each label
   * @param answer which label is right
   */
  record NextToken(
      Template premise,
      String prompt,
      Optional<String> promptOfLlama2,
      Labels labels,
      Answer answer)
      implements Request {
    @Override
    public String kind() {
      return "next_token";
    }

    @Override
    public List<Metric> metrics() {
      return Verbalizers.METRICS;
    }
  }

  /**
   * A continuation, and what it is worth.
   *
   * @param prompt template; empty when it is a file
   * @param promptFile file of the data folder that holds the template
   * @param shots how many rows at the beginning of each group are examples with their answers
   * @param shot template of such an example
   * @param maxNewTokens most tokens of a continuation
   * @param stop text that ends it; empty for none
   * @param cut which tokens of a prompt that is too long are left out
   * @param maxPromptTokens most tokens of a prompt; empty for what the model takes
   * @param answers field of the right answer or answers
   * @param grading what a continuation is worth
   */
  record Generate(
      Optional<Template> prompt,
      Optional<String> promptFile,
      int shots,
      Optional<Template> shot,
      int maxNewTokens,
      Optional<String> stop,
      Cut cut,
      Optional<Integer> maxPromptTokens,
      String answers,
      Grading grading)
      implements Request {
    /** The side of a prompt that is cut. */
    enum Cut {
      LEFT,
      RIGHT
    }

    @Override
    public String kind() {
      return "generate";
    }

    @Override
    public List<Metric> metrics() {
      return grading.metrics();
    }
  }

  /** The loss of each window of a text. */
  record Perplexity(Protocol protocol) implements Request {
    /** Mean cross-entropy of the window's targets in nats, and how many targets it has. */
    public static final List<Metric> METRICS =
        List.of(
            new Metric("loss", Metric.Aggregation.MEAN),
            new Metric("targets", Metric.Aggregation.MEAN));

    @Override
    public String kind() {
      return "perplexity";
    }

    @Override
    public List<Metric> metrics() {
      return METRICS;
    }
  }
}
