package org.knnlm.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.knnlm.proto.embedder.v1.CorpusFormat;
import org.knnlm.proto.embedder.v1.DescribeDatastoreResponse;
import org.knnlm.proto.index.v1.BuildIndexRequest;
import org.knnlm.proto.index.v1.IndexInfo;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * corpus → datastore → index → perplexity without and with retrieval, on services started for it;
 * with the embedded model also what retrieval does for its tasks.
 */
@Command(
    name = "deploy/local/demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Starts the four services and PostgreSQL on the loopback interface, makes a datastore and its index, and"
            + " prints the perplexity of a text without and with retrieval. Without options it uses the tiny model"
            + " and the texts that come with the project, and asks it questions, too: of memory, of reasoning,"
            + " and of classification.")
public final class Demo implements Callable<Integer> {
  private static final String DATASTORE = "demo";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face directory of a Llama, Mistral, Qwen2 or GPT-2 model.")
  private Path model;

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      description =
          "Documents of the datastore: .jsonl with a field \"text\", or .txt with a document a line.")
  private Path corpus;

  /** What a name does not tell, named as in the contracts. */
  private enum Format {
    LINES,
    WHOLE,
    WIKITEXT
  }

  @Option(
      names = "--format",
      description =
          "A document of a .txt corpus: a line (LINES), the file (WHOLE), or what a line \"= = = … = = =\" begins (WIKITEXT).")
  private Format format;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description =
          "Text to evaluate: .txt in the layout of WikiText, or .jsonl with a field \"text\".")
  private Path text;

  @Option(names = "-k", description = "Neighbours of each position (default: ${DEFAULT-VALUE}).")
  private int k = 1024;

  @Option(
      names = "--lambda",
      description = "Weight of the neighbours, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double lambda = 0.25;

  @Option(
      names = "--temperature",
      description = "Temperature of the neighbours (default: ${DEFAULT-VALUE}).")
  private double temperature = 10;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where datastores, logs and the database go (default: .knnlm in the repository).")
  private Path data;

  @Option(names = "--keep", description = "Leave the services up until Ctrl-C.")
  private boolean keep;

  /** Folder of the tasks; null but for the embedded model and its texts. */
  private Path tasks;

  private ObjectNode taskSetting;

  private final Path root = Path.of(System.getProperty("knnlm.root", "")).toAbsolutePath();
  private final PrintStream out = System.out;
  private final boolean terminal = isTerminal();

  private Demo() {}

  /** Runs the demo; the exit code is 0 when it ended well. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Demo()).setExecutionExceptionHandler(Demo::explain).execute(args));
  }

  private static int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    String reason =
        e instanceof StatusRuntimeException status
            ? status.getStatus().getDescription()
            : e.getMessage();
    line.getErr().println("The demo stopped: " + (reason == null ? e.toString() : reason));
    return line.getCommandSpec().exitCodeOnExecutionException();
  }

  @SuppressWarnings(
      "SystemConsoleNull") // it is null again where there is no terminal: JDK 25 took back JDK 22's
  // change
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public Integer call() throws Exception {
    useDefaults();
    for (Path input : new Path[] {model, corpus, text}) {
      if (!Files.exists(input)) {
        throw new IOException(input + " does not exist");
      }
    }
    forgetLastDatastore();
    if (tasks != null) {
      Study.install(tasks, data);
    }
    out.println(
        "Starting lm-service, index-service, embedder-service, eval-service and PostgreSQL");
    long start = System.nanoTime();
    LocalStack stack = LocalStack.start(root, model.toAbsolutePath(), data);
    var stop = new Thread(stack::close, "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    out.printf(Locale.ROOT, "Ready after %.1f s%n", (System.nanoTime() - start) / 1e9);
    try (var pipeline = new Pipeline(stack);
        var eval = new EvalClient(stack.evalPort())) {
      makeDatastore(pipeline);
      makeIndex(pipeline);
      perplexity(eval);
      if (tasks != null) {
        study(eval);
      }
      if (keep) {
        out.printf("%nDashboard: %s%n%s%nCtrl-C stops them.%n", eval.address(), stack.addresses());
        new CountDownLatch(1).await();
      }
      return 0;
    }
  }

  private void useDefaults() throws IOException {
    Path ours = root.resolve("deploy/local/tinyfacts");
    if (model == null && corpus == null && text == null) {
      JsonNode settings = new ObjectMapper().readTree(ours.resolve("defaults.json").toFile());
      JsonNode ofText = settings.get("perplexity");
      k = ofText.get("k").asInt();
      lambda = ofText.get("lambda").asDouble();
      temperature = ofText.get("temperature").asDouble();
      tasks = ours.resolve("tasks");
      taskSetting = (ObjectNode) settings.get("tasks");
      taskSetting.put("datastore", DATASTORE).put("exactDistances", true);
    }
    model = model == null ? ours.resolve("tinyfacts-2.8m") : model;
    corpus = corpus == null ? ours.resolve("corpus.jsonl") : corpus;
    text = text == null ? ours.resolve("text.txt") : text;
    data = (data == null ? root.resolve(".knnlm") : data).toAbsolutePath();
  }

  private void forgetLastDatastore() throws IOException {
    Path last = data.resolve("datastores").resolve(DATASTORE);
    if (Files.exists(last)) {
      try (Stream<Path> files = Files.walk(last)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void makeDatastore(Pipeline pipeline) {
    long start = System.nanoTime();
    var line = new ProgressLine(out, terminal, step(1, "Datastore"));
    DescribeDatastoreResponse made =
        pipeline.createDatastore(
            DATASTORE,
            corpus,
            format == null
                ? CorpusFormat.CORPUS_FORMAT_UNSPECIFIED
                : CorpusFormat.valueOf("CORPUS_FORMAT_" + format),
            progress ->
                line.update(
                    "keys",
                    progress.getKeysDone(),
                    progress.getKeysTotal(),
                    remaining(progress.hasRemainingSeconds(), progress.getRemainingSeconds())));
    line.done(
        String.format(
            Locale.ROOT,
            "%,d keys of dimension %d from %,d documents of %s in %.1f s",
            made.getNumKeys(),
            made.getDimension(),
            made.getDocuments(),
            corpus.getFileName(),
            (System.nanoTime() - start) / 1e9));
  }

  private void makeIndex(Pipeline pipeline) {
    long start = System.nanoTime();
    var line = new ProgressLine(out, terminal, step(2, "Index"));
    IndexInfo made =
        pipeline.buildIndex(
            BuildIndexRequest.newBuilder().setDatastore(DATASTORE).build(),
            progress ->
                line.update(
                    "keys",
                    progress.getKeysDone(),
                    progress.getKeysTotal(),
                    remaining(progress.hasRemainingSeconds(), progress.getRemainingSeconds())));
    line.done(
        String.format(
            Locale.ROOT,
            "%s, nprobe %d, %.1f MiB in %.1f s",
            made.getFactory(),
            made.getNprobe(),
            made.getBytes() / 1048576.0,
            (System.nanoTime() - start) / 1e9));
    made.getWarningsList().forEach(warning -> out.println("                " + warning));
  }

  private String step(int number, String name) {
    return String.format("%d/%d %-12s", number, tasks == null ? 3 : 4, name);
  }

  private void perplexity(EvalClient eval) throws IOException, InterruptedException {
    var line = new ProgressLine(out, terminal, step(3, "Perplexity"));
    String id = Evaluation.done(eval, run(), "windows", line);
    out.printf("%n%s%n%s%n%n", eval.table(id, "text"), summary(eval.table(id)));
  }

  private void study(EvalClient eval) throws IOException, InterruptedException {
    var line = new ProgressLine(out, terminal, step(4, "Tasks"));
    String id = Evaluation.done(eval, Study.run(taskSetting), "examples", line);
    Study study = Study.of(new ObjectMapper().readTree(eval.get("/api/compare?runs=" + id)), tasks);
    Path plot = Files.writeString(data.resolve("study.svg"), StudyPlot.of(study));
    out.printf("%n%s%nPlot: %s%n", StudyTable.of(study), plot);
  }

  /** What retrieval did, in a sentence. */
  private String summary(JsonNode table) {
    double base = table.at("/rows/0/result/perplexity").asDouble();
    double mixed = table.at("/rows/1/result/perplexity").asDouble();
    return String.format(
        Locale.ROOT,
        "Retrieval %s the perplexity of %s from %.2f to %.2f, by a factor of %.2f.",
        mixed < base ? "lowers" : "raises",
        text.getFileName(),
        base,
        mixed,
        Math.max(base, mixed) / Math.min(base, mixed));
  }

  private ObjectNode run() {
    ObjectNode run = new ObjectMapper().createObjectNode();
    boolean articles = text.toString().endsWith(".txt");
    run.put("name", text.getFileName().toString());
    run.put("protocol", articles ? "wikitext" : "blocks");
    run.put("text", text.toAbsolutePath().toString());
    ObjectNode setting = run.putArray("settings").addObject();
    setting
        .put("datastore", DATASTORE)
        .put("k", k)
        .put("temperature", temperature)
        .put("lambda", lambda);
    setting.put("exactDistances", true);
    return run;
  }

  private static OptionalDouble remaining(boolean known, double seconds) {
    return known ? OptionalDouble.of(seconds) : OptionalDouble.empty();
  }
}
