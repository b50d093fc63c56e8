package org.knnlm.cli;

import java.io.Console;

/** Where the command's words go. */
final class Terminal {
  private Terminal() {}

  /** Whether somebody watches: then a bar is redrawn. */
  @SuppressWarnings("SystemConsoleNull") // null again without a terminal: JDK 25 took that back
  static boolean isWatched() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
