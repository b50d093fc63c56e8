package org.knnlm.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How far a run is: a bar that is redrawn on a terminal, and in a log a line for every tenth of the
 * run.
 */
final class ProgressBar {
  private static final int CELLS = 24;

  private final PrintStream out;
  private final boolean terminal;
  private int width;
  private long tenths = -1;

  ProgressBar(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Shows how far it is.
   *
   * @param what is counted
   * @param total 0 while that is not known
   */
  void update(String what, long done, long failed, long total, OptionalDouble etaSeconds) {
    if (terminal) {
      redraw(bar(done, total) + line(what, done, failed, total, etaSeconds));
    } else if (total > 0 && 10 * done / total > tenths) {
      tenths = 10 * done / total;
      out.println(line(what, done, failed, total, etaSeconds));
      out.flush();
    }
  }

  /** Ends the bar's line. */
  void end() {
    if (terminal && width > 0) {
      out.println();
    }
  }

  private static String bar(long done, long total) {
    int full = total == 0 ? 0 : (int) (CELLS * done / total);
    return "[" + "#".repeat(full) + ".".repeat(CELLS - full) + "] ";
  }

  private static String line(
      String what, long done, long failed, long total, OptionalDouble etaSeconds) {
    String share =
        total == 0
            ? "waiting"
            : String.format(
                Locale.ROOT, "%3d %%  %,d of %,d %s", 100 * done / total, done, total, what);
    return share
        + (failed == 0 ? "" : String.format(Locale.ROOT, ", %,d failed", failed))
        + (etaSeconds.isPresent() ? ", " + left(etaSeconds.getAsDouble()) + " left" : "");
  }

  private static String left(double seconds) {
    Duration left = Duration.ofSeconds(Math.round(seconds));
    return left.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %d min", left.toHours(), left.toMinutesPart())
        : left.toMinutes() > 0
            ? String.format(Locale.ROOT, "%d min %d s", left.toMinutes(), left.toSecondsPart())
            : left.toSeconds() + " s";
  }

  private void redraw(String line) {
    out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    out.flush();
    width = line.length();
  }
}
