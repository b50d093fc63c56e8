package org.knnlm.embedder.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreManifest;
import org.knnlm.embedder.embedding.DatastoreVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks a published datastore. */
@Command(
    name = "verify",
    description =
        "Compares a datastore with its checksums, and some of its windows with what the model computes now.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private Place place;
  @Mixin private Connection connection;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "16",
      description = "Windows to compute again (default: 16)")
  private int sample;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the choice of windows (default: 1)")
  private long seed;

  @Option(
      names = "--tolerance",
      defaultValue = "0.01",
      description =
          "Distance of a key to its new one, as a part of its norm, that is no error: another "
              + "machine or precision gives other last bits (default: 0.01)")
  private double tolerance;

  @Override
  public Integer call() throws IOException {
    try (var lm = connection.open();
        var datastore = Datastore.open(place.name().in(place.root()))) {
      DatastoreVerifier.Sample found =
          new DatastoreVerifier(lm.model()).verify(datastore, sample, seed);
      command
          .commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%,d keys%s: checksums are right; %,d of %,d keys of %d windows are the same to the last bit, largest difference %.2g of key %d%n",
              datastore.size(),
              bases(datastore),
              found.equal(),
              found.keys(),
              found.windows(),
              found.largestDifference(),
              found.at());
      return found.largestDifference() <= tolerance ? 0 : Outcome.WRONG_BYTES.exitCode();
    }
  }

  private static String bases(Datastore datastore) {
    List<Base> bases = datastore.manifest().map(DatastoreManifest::bases).orElse(List.of());
    return bases.isEmpty()
        ? ""
        : bases.stream()
            .map(base -> "%,d in %s".formatted(base.numKeys(), base.datastore()))
            .collect(Collectors.joining(", ", " (", " and its own)"));
  }
}
