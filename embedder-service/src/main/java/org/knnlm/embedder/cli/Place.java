package org.knnlm.embedder.cli;

import java.nio.file.Path;
import org.knnlm.datastore.DatastoreName;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which datastore is meant. */
final class Place {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Parameters(paramLabel = "NAME", description = "Name of the datastore")
  private String name;

  @Option(
      names = "--datastores",
      paramLabel = "DIR",
      required = true,
      defaultValue = "${env:KNNLM_DATASTORES}",
      description = "Folder of the datastores (default: $KNNLM_DATASTORES)")
  private Path root;

  Path root() {
    return root.toAbsolutePath().normalize();
  }

  DatastoreName name() {
    return name(command, "NAME", name);
  }

  /** The name of a datastore in a parameter. */
  static DatastoreName name(CommandSpec command, String parameter, String value) {
    try {
      return new DatastoreName(value);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command.commandLine(), "%s: %s".formatted(parameter, e.getMessage()), e);
    }
  }
}
