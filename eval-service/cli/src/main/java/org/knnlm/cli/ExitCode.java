package org.knnlm.cli;

/** What the command's exit code says. */
enum ExitCode {
  /** All went well; a run that was watched is DONE. */
  DONE(0),
  /** The run FAILED. */
  FAILED(1),
  /** The command line is wrong. */
  USAGE(2),
  /** The run was CANCELLED. */
  CANCELLED(3),
  /** eval-service refused the request. */
  REFUSED(4),
  /** eval-service cannot be reached. */
  UNREACHABLE(5);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Of a run in a final state. */
  static ExitCode ofState(String state) {
    return switch (state) {
      case "DONE" -> DONE;
      case "CANCELLED" -> CANCELLED;
      default -> FAILED;
    };
  }
}
