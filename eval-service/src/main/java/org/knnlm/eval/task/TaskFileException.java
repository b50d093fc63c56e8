package org.knnlm.eval.task;

/** A task file that does not say what a task is; the message names the file and the line. */
public final class TaskFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TaskFileException(String file, int line, String problem) {
    super("%s, line %d: %s".formatted(file, line, problem));
  }
}
