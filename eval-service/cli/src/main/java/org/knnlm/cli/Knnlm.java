package org.knnlm.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line; all that it does is done by eval-service. */
@Command(
    name = "knnlm",
    mixinStandardHelpOptions = true,
    description = "Evaluates language models with and without retrieval, through eval-service.",
    versionProvider = Knnlm.Version.class,
    footer = {
      "",
      "Exit codes: 0 done, 1 the run failed, 2 wrong command line,",
      "3 the run was cancelled, 4 eval-service refused, 5 it cannot be reached,",
      "6 the run is done, but some of its examples failed.",
      "",
      "Where eval-service wants to know who asks: $KNNLM_USER and",
      "$KNNLM_PASSWORD, or a bearer token in $KNNLM_TOKEN."
    },
    subcommands = {
      RunCommand.class,
      WatchCommand.class,
      CompareCommand.class,
      ExportCommand.class,
      TasksCommand.class,
      DatastoresCommand.class
    })
public final class Knnlm {
  private Knnlm() {}

  /** The version of the package. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Knnlm.class.getPackage().getImplementationVersion();
      return new String[] {"knnlm " + (version == null ? "unpackaged" : version)};
    }
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(line().execute(args));
  }

  static CommandLine line() {
    return new CommandLine(new Knnlm())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Knnlm::explain);
  }

  private static int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    line.getErr().println("knnlm: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
    ExitCode code =
        switch (e) {
          case UnreachableException u -> ExitCode.UNREACHABLE;
          case RefusedException r -> ExitCode.REFUSED;
          default -> ExitCode.FAILED;
        };
    return code.code();
  }
}
