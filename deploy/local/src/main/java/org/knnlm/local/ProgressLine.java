package org.knnlm.local;

import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalDouble;

/** One step's progress: a line that is rewritten on a terminal, and only its end elsewhere. */
final class ProgressLine {
  private final PrintStream out;
  private final boolean terminal;
  private final String step;
  private int width;

  ProgressLine(PrintStream out, boolean terminal, String step) {
    this.out = out;
    this.terminal = terminal;
    this.step = step;
  }

  /** Shows how far a step is, with the time that remains. */
  void update(String what, long done, long total, OptionalDouble remainingSeconds) {
    if (terminal) {
      String share = total == 0 ? "" : String.format(Locale.ROOT, " %,d of %,d", done, total);
      String eta =
          remainingSeconds.isPresent()
              ? String.format(Locale.ROOT, ", %.0f s left", remainingSeconds.getAsDouble())
              : "";
      rewrite(step + what + share + eta);
    }
  }

  /** Ends the step with what came of it. */
  void done(String result) {
    rewrite(step + result);
    out.println();
  }

  private void rewrite(String line) {
    String start = terminal ? "\r" : "";
    out.print(start + line + " ".repeat(terminal ? Math.max(0, width - line.length()) : 0));
    out.flush();
    width = line.length();
  }
}
