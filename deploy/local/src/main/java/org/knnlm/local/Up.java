package org.knnlm.local;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the services and leaves them up. */
@Command(
    name = "deploy/local/up",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Starts the four services and PostgreSQL on the loopback interface, until Ctrl-C.")
public final class Up implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "Hugging Face directory of a model.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where datastores, logs and the database go.")
  private Path data = Path.of(".knnlm");

  private Up() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Up())
            .setExecutionExceptionHandler(
                (e, line, parsed) -> {
                  line.getErr().println(e.getMessage());
                  return 1;
                })
            .execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path root = Path.of(System.getProperty("knnlm.root", "")).toAbsolutePath();
    LocalStack stack = LocalStack.start(root, model.toAbsolutePath(), data.toAbsolutePath());
    Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stop"));
    System.out.println(stack.addresses());
    new CountDownLatch(1).await();
    return 0;
  }
}
