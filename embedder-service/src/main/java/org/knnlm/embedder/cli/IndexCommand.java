package org.knnlm.embedder.cli;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.knnlm.embedder.grpc.RemoteIndex;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.IndexInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has an index built. */
@Command(
    name = "index",
    description = {
      "Has index-service build the index of a published datastore, and waits for it.",
      "The build goes on when this command or index-service ends: the same command follows it again. Nothing is done when "
          + "an index of these settings is there."
    },
    mixinStandardHelpOptions = true)
final class IndexCommand implements Callable<Integer> {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  /** The shortest that servers of gRPC allow by themselves. */
  private static final Duration KEEP_ALIVE = Duration.ofMinutes(5);

  @Spec private CommandSpec command;
  @Mixin private Credentials credentials;

  @Parameters(paramLabel = "NAME", description = "Name of the datastore")
  private String name;

  @Option(
      names = "--index",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KNNLM_INDEX:-127.0.0.1:9002}",
      description = "index-service (default: $KNNLM_INDEX, else 127.0.0.1:9002)")
  private String address;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "How long to wait for index-service when it is away (default: 600)")
  private long patience;

  @Option(
      names = "--factory",
      defaultValue = "study",
      description = "study, fast, flat, or a string for faiss's index factory (default: study)")
  private String factory;

  @Option(names = "--nlist", description = "Inverted lists; 0 for the type's default")
  private int nlist;

  @Option(names = "--pq-m", description = "Sub-quantizers; 0 for the type's default")
  private int subQuantizers;

  @Option(names = "--nprobe", description = "Lists that a search visits; 0 for the type's default")
  private int nprobe;

  @Option(
      names = "--max-training-keys",
      paramLabel = "N",
      description = "Keys to train on at most; 0 for the type's default")
  private long maxTrainingKeys;

  @Option(names = "--seed", description = "Of the draw of training keys (default: 1)")
  private Long seed;

  @Option(
      names = "--rerank-factor",
      paramLabel = "R",
      description = "Neighbours of R·k are put in exact order; unset for the type's default")
  private Integer rerankFactor;

  @Option(names = "--fresh", description = "Train anew, whatever the datastore was appended to")
  private boolean fresh;

  private long nextLine = System.nanoTime();

  @Override
  public Integer call() throws IOException, InterruptedException {
    ManagedChannel channel =
        credentials
            .channel(address)
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .build();
    PrintWriter err = command.commandLine().getErr();
    try {
      IndexInfo built =
          new RemoteIndex(channel, address, Duration.ofSeconds(patience))
              .build(
                  request(),
                  progress -> say(err, progress),
                  reason -> err.println("waiting for " + reason));
      built.getWarningsList().forEach(warning -> err.println("warning: " + warning));
      command
          .commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%s: %s, nprobe %d, %,d bytes, built in %.0f s%n",
              name,
              built.getFactory(),
              built.getNprobe(),
              built.getBytes(),
              built.getBuildSeconds());
    } finally {
      channel.shutdownNow();
    }
    return 0;
  }

  private BuildIndexRequest request() {
    var request =
        BuildIndexRequest.newBuilder()
            .setDatastore(Place.name(command, "NAME", name).value())
            .setFactory(factory)
            .setNlist(nlist)
            .setPqM(subQuantizers)
            .setNprobe(nprobe)
            .setMaxTrainingKeys(maxTrainingKeys)
            .setFresh(fresh);
    if (seed != null) {
      request.setSeed(seed);
    }
    if (rerankFactor != null) {
      request.setRerankFactor(rerankFactor);
    }
    return request.build();
  }

  private void say(PrintWriter out, BuildIndexResponse progress) {
    if (System.nanoTime() < nextLine) {
      return;
    }
    nextLine = System.nanoTime() + BETWEEN_LINES.toNanos();
    out.printf(
        Locale.ROOT,
        "%s: %,d of %,d keys in %.0f s%s%n",
        progress.getStage().name().replace("STAGE_", "").toLowerCase(Locale.ROOT),
        progress.getKeysDone(),
        progress.getKeysTotal(),
        progress.getElapsedSeconds(),
        progress.hasRemainingSeconds()
            ? String.format(Locale.ROOT, ", %.0f s left", progress.getRemainingSeconds())
            : "");
  }
}
