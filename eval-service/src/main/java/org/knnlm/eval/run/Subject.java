package org.knnlm.eval.run;

import java.util.List;
import java.util.OptionalInt;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.task.DataFile;

/** What a run is about. */
public sealed interface Subject {
  /**
   * The perplexity of a text.
   *
   * @param protocol how the text becomes windows
   * @param file relative to the folder of texts
   * @param format layout of the file's documents
   */
  record Text(Protocol protocol, String file, CorpusFormat format) implements Subject {}

  /**
   * Tasks.
   *
   * @param tasks in the order of the request
   * @param limit most examples of each task, or of each of its sub-tasks; empty for all
   */
  record Tasks(List<TaskOfRun> tasks, OptionalInt limit) implements Subject {}

  /**
   * A task as it was when its run was asked for.
   *
   * @param name of the task
   * @param version of the task
   * @param kind of its requests: score, next_token, generate or perplexity
   * @param metrics names of what is reported, the headline first
   * @param definition the text of its file
   * @param files data files that it reads
   */
  record TaskOfRun(
      String name,
      int version,
      String kind,
      List<String> metrics,
      String definition,
      List<DataFile> files) {}
}
