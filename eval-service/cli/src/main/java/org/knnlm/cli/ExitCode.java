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
  UNREACHABLE(5),
  /** The run is DONE, but some of its examples could not be evaluated. */
  EXAMPLES_FAILED(6);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Of a run in a final state, in which so many examples failed. */
  static ExitCode of(String state, long failed) {
    return switch (state) {
      case "DONE" -> failed == 0 ? DONE : EXAMPLES_FAILED;
      case "CANCELLED" -> CANCELLED;
      default -> FAILED;
    };
  }
}
