package org.knnlm.embedder.cli;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line's entry. */
@Command(
    name = "embedder",
    description =
        "Makes the datastore of a corpus, and its index; without a command, runs the service.",
    subcommands = {
      EmbedCommand.class,
      FinaliseCommand.class,
      IndexCommand.class,
      VerifyCommand.class
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0   done",
      "  1   a failure that nobody foresaw",
      "  2   the arguments or the corpus are wrong",
      "  3   lm-service or index-service is away or too busy: try again",
      "  4   lm-service runs another model, or the folder holds another save or index",
      "  5   the model or the disk gave wrong bytes",
      "  6   the disk is too small, or index-service's memory",
      "  7   parts are missing, the datastore is not published, or somebody else is at it"
    })
public final class CommandLineTool {
  private CommandLineTool() {}

  /** Runs the command in some arguments; returns its exit code. */
  public static int run(String... args) {
    return new CommandLine(new CommandLineTool())
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command))
        .execute(args);
  }

  private static int failed(Exception e, CommandLine command) {
    Throwable reason = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    Outcome outcome = Outcome.of(reason);
    if (outcome == Outcome.UNFORESEEN && !(reason instanceof IOException)) {
      reason.printStackTrace(command.getErr());
    }
    command.getErr().println(command.getCommandName() + ": " + reason.getMessage());
    return outcome.exitCode();
  }
}
