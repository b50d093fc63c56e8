package org.knnlm.eval.run;

import java.util.List;
import java.util.OptionalInt;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.Protocol;

/**
 * What a run measures.
 *
 * @param name for people; may be empty
 * @param subject a text, or tasks
 * @param settings retrieval settings beside the base model
 */
public record RunSpec(String name, Subject subject, List<Retrieval> settings) {
  /** A run of a text. */
  public RunSpec(
      String name, Protocol protocol, String text, CorpusFormat format, List<Retrieval> settings) {
    this(name, new Subject.Text(protocol, text, format), settings);
  }

  /** The tasks; none in a run of a text. */
  public List<Subject.TaskOfRun> tasks() {
    return subject instanceof Subject.Tasks tasks ? tasks.tasks() : List.of();
  }

  /** Most examples of each task; empty for all. */
  public OptionalInt limit() {
    return subject instanceof Subject.Tasks tasks ? tasks.limit() : OptionalInt.empty();
  }

  /** How the text of a run becomes windows. */
  public Protocol protocol() {
    return ofText().protocol();
  }

  /** The file of a run's text, relative to the folder of texts. */
  public String text() {
    return ofText().file();
  }

  /** Layout of the documents of a run's text. */
  public CorpusFormat format() {
    return ofText().format();
  }

  private Subject.Text ofText() {
    if (subject instanceof Subject.Text text) {
      return text;
    }
    throw new IllegalStateException("a run of tasks has no text");
  }
}
