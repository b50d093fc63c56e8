package org.knnlm.embedder.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.embedding.DatastoreFinisher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Publishes a datastore. */
@Command(
    name = "finalise",
    description = "Verifies all parts of a datastore and publishes it.",
    mixinStandardHelpOptions = true)
final class FinaliseCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private Place place;

  @Override
  public Integer call() throws IOException {
    try (var staging = StagingFolder.open(place.root(), place.name());
        var _ = staging.claim()) {
      Path folder = DatastoreFinisher.finish(staging);
      command.commandLine().getOut().println(folder);
    }
    return 0;
  }
}
