package org.knnlm.embedder.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.embedding.Appending;
import org.knnlm.embedder.embedding.DatastoreMaker;
import org.knnlm.embedder.embedding.Estimate;
import org.knnlm.embedder.embedding.Plan;
import org.knnlm.embedder.embedding.ProgressMeter;
import org.knnlm.embedder.embedding.Share;
import org.knnlm.embedder.job.CorpusFolder;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.Layout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes a share of a datastore's parts. */
@Command(
    name = "embed",
    description = {
      "Writes a worker's share of a datastore's parts: every n-th.",
      "The first worker counts the corpus, the others wait. Killed workers may be started again: what is written stays. "
          + "'finalise' publishes the datastore when all workers are done."
    },
    mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private Place place;
  @Mixin private Connection connection;

  @Option(
      names = "--corpus",
      paramLabel = "PATH",
      required = true,
      description = "A file, a folder, or a pattern with *, **, ?, [] and {}")
  private String corpus;

  /** Names of layouts. */
  private enum Format {
    JSONL,
    LINES,
    WHOLE,
    WIKITEXT,
    CSV,
    PARQUET
  }

  @Option(
      names = "--format",
      description = "${COMPLETION-CANDIDATES}; unset: each file's extension tells")
  private Format format;

  @Option(
      names = "--text-column",
      paramLabel = "NAME",
      defaultValue = Layout.DEFAULT_TEXT,
      description = "Field or column of the text (default: text)")
  private String text;

  @Option(
      names = "--key",
      defaultValue = "LAST_FFN_INPUT",
      description = "${COMPLETION-CANDIDATES} (default: LAST_FFN_INPUT)")
  private KeyType key;

  @Option(
      names = "--append-to",
      paramLabel = "BASE",
      description =
          "Published datastore to append the corpus to: NAME begins with its keys and shares its files, "
              + "which must stay, and only further keys are computed")
  private String appendTo;

  @Option(
      names = "--worker",
      paramLabel = "I",
      defaultValue = "${env:JOB_COMPLETION_INDEX:-0}",
      description = "Which worker this is, from 0 (default: $JOB_COMPLETION_INDEX, else 0)")
  private int worker;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many workers there are (default: 1)")
  private int workers;

  @Option(
      names = "--parts-in-flight",
      paramLabel = "P",
      defaultValue = "2",
      description = "Parts that this worker writes at the same time (default: 2)")
  private int partsInFlight;

  @Option(
      names = "--dry-run",
      description =
          "Count the corpus and measure the model; print what the datastore will need. "
              + "The counts stay, and the save goes on from them.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    Share share = share();
    Corpus read =
        new CorpusFolder(Path.of("/"))
            .corpus(Path.of(corpus).toAbsolutePath().toString(), layout(), text);
    CorpusFolder.requireDocument(read);
    var named = new Corpus(corpus, read.files());
    var progress = new ProgressMeter(System::nanoTime);
    try (var lm = connection.open();
        var shown = new ProgressPrinter(progress, lm.waits(), command.commandLine().getErr())) {
      ModelInfo info = lm.model().info();
      List<Base> bases = bases(info);
      try (var staging = StagingFolder.open(place.root(), place.name())) {
        var maker = new DatastoreMaker(lm.model(), staging, progress, bases);
        Optional<Plan> plan = plan(maker, named, info, staging);
        if (plan.isEmpty()) {
          shown.say("all parts are written; finalise publishes them");
        } else if (dryRun) {
          print(Estimate.measure(lm.model(), plan.get(), staging));
        } else {
          shown.say(plan.get().report().toString());
          maker.embed(plan.get(), share, partsInFlight);
          shown.say(
              String.format(
                  Locale.ROOT,
                  "worker %d of %d is done: %s; %d damaged parts written again; without a request for the model %.2f %% of the time",
                  worker,
                  workers,
                  ProgressPrinter.words(progress.progress()),
                  progress.damagedParts(),
                  100 * progress.overhead()));
        }
      }
    }
    return 0;
  }

  private List<Base> bases(ModelInfo info) throws IOException {
    return appendTo == null
        ? List.of()
        : Appending.to(place.root(), Place.name(command, "--append-to", appendTo), info, key)
            .bases();
  }

  private Optional<Plan> plan(
      DatastoreMaker maker, Corpus corpus, ModelInfo info, StagingFolder staging)
      throws IOException, InterruptedException, ExecutionException {
    try (var _ = staging.awaitClaim()) {
      return staging.isComplete() ? Optional.empty() : Optional.of(maker.plan(corpus, info, key));
    }
  }

  private Share share() {
    if (partsInFlight < 1) {
      throw new ParameterException(
          command.commandLine(),
          "--parts-in-flight is %d, at least 1 is needed".formatted(partsInFlight));
    }
    try {
      return new Share(worker, workers);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private Optional<Layout> layout() {
    return Optional.ofNullable(format)
        .map(
            named ->
                switch (named) {
                  case JSONL -> new Layout.Jsonl(text);
                  case LINES -> new Layout.Lines();
                  case WHOLE -> new Layout.Whole();
                  case WIKITEXT -> new Layout.Articles();
                  case CSV -> Layout.Csv.of(corpus, text);
                  case PARQUET -> new Layout.Parquet(text);
                });
  }

  private void print(Estimate estimate) {
    Plan plan = estimate.plan();
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "corpus  %s%nkeys    %,d of dimension %d in %,d parts: %,d bytes%nvalues  %,d bytes%n"
                + "index   about %,d bytes (IVF4096,PQ64x8)%n"
                + "time    about %,.0f s at %,.0f keys/s, measured on this lm-service%n",
            plan.report(),
            plan.keys(),
            plan.model().hiddenSize(),
            plan.parts().size(),
            estimate.keysBytes(),
            estimate.valuesBytes(),
            estimate.indexBytes(),
            estimate.seconds(),
            estimate.keysPerSecond());
  }
}
