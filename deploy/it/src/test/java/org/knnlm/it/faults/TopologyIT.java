package org.knnlm.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart's processes, each with a network of its own and the settings, environment and arguments
 * that the chart gives it, all that they say to each other encrypted: two index pods, two lm
 * replicas, three embedding workers and the jobs that publish and have the index built, two eval
 * pods, a run as a job, and PostgreSQL.
 */
class TopologyIT {
  private static final String TOKEN = "what services show each other";
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path root;

  /** What a save, a build and a run leave, but for names and times. */
  private record Outcome(Map<String, Long> files, String results) {}

  private Network network;
  private Certificate certificate;
  private Keeper keeper;
  private Map<String, Map<String, String>> secrets;
  private Runs runs;
  private final List<Place> workers = new ArrayList<>();
  private Place finaliser;
  private Place runner;

  @Test
  void aRunOverWhichOneOfEachKindIsKilledEndsWithTheVeryResults() throws Exception {
    Optional<String> obstacle = Network.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "skipped: " + obstacle.orElseThrow());
    Path volumes = Files.createDirectories(root.resolve("volumes"));
    fill(volumes);
    try (var made = new Network();
        var kept = new Keeper()) {
      network = made;
      keeper = kept;
      List<Place> lm = List.of(network.place(), network.place());
      List<Place> index = List.of(network.place(), network.place());
      List<Place> eval = List.of(network.place(), network.place());
      Place database = network.place();
      for (int i = 0; i < 3; i++) {
        workers.add(network.place());
      }
      finaliser = network.place();
      runner = network.place();
      network.names(
          Map.of(
              "knnlm-lm-service", lm,
              "knnlm-index-service", index,
              "knnlm-index-service-peers", index,
              "knnlm-eval-service", eval));

      certificate = Certificate.make(volumes.resolve("etc/knnlm-tls"), names(eval));

      Postgres postgres = Postgres.make(root, database, 5432);
      secrets =
          Map.of(
              "postgres",
              Map.of(
                  "jdbc-uri", postgres.url(), "username", "knnlm", "password", postgres.password()),
              "runner",
              Map.of("user", "alice", "password", PASSWORD));
      Pod server = keeper.add(postgres.pod(root));
      Manifests chart = manifests(Map.of());
      keeper.finish(List.of(chart.pod("Job", "knnlm-eval-migration-0-1-0", 0, eval.getFirst())));
      List<Pod> lmPods = services(chart, "Deployment", "knnlm-lm-service", lm);
      lmPods.forEach(pod -> pod.readyAt(8001));
      List<Pod> indexPods = services(chart, "StatefulSet", "knnlm-index-service-0", index);
      indexPods.forEach(pod -> pod.readyAt(8002));
      List<Pod> evalPods = services(chart, "Deployment", "knnlm-eval-service", eval);
      SSLContext tls = certificate.context();
      evalPods.forEach(pod -> pod.readyAt(8080, tls));
      for (List<Pod> pods : List.of(lmPods, indexPods, evalPods)) {
        for (Pod pod : pods) {
          pod.awaitReady();
        }
      }
      try (var asked =
          new Runs(
              eval.stream().map(place -> place.address() + ":8080").toList(),
              "alice:" + PASSWORD,
              Optional.of(tls))) {
        runs = asked;
        save("base", List.of(), workers.subList(0, 1));
        index("base");
        save("unbroken", List.of("--append-to=base"), workers.subList(0, 1));
        index("unbroken");
        evaluate("unbroken", () -> {});
        long unbrokenRun = runs.awaitAfter(0);
        Outcome unbroken = outcome(volumes, "unbroken", unbrokenRun);

        whileIt(
            () -> save("broken", List.of("--append-to=base"), workers),
            () -> {
              awaitParts(volumes, 1);
              killWorker();
              lmPods.getFirst().kill();
            });
        whileIt(
            () -> index("broken"),
            () -> {
              awaitFirstLine("knnlm-embedder-broken-index-0");
              indexPods.forEach(Pod::kill);
            });
        evaluate(
            "broken",
            () -> {
              long id = runs.awaitAfter(unbrokenRun);
              runs.awaitDone(id, 16);
              evalPods.getFirst().kill();
              lmPods.getLast().kill();
              runs.awaitDone(id, 32);
              indexPods.getLast().kill();
              server.kill();
            });
        assertThat(outcome(volumes, "broken", runs.awaitAfter(unbrokenRun))).isEqualTo(unbroken);
      }
    }
  }

  private static void fill(Path volumes) throws Exception {
    Texts.write(volumes, 3, 10, 96);
    Files.createDirectories(volumes.resolve("datastores"));
    Files.createDirectories(volumes.resolve("texts"));
    Files.move(
        volumes.resolve("corpus.txt"),
        Files.createDirectories(volumes.resolve("corpus")).resolve("corpus.txt"));
    Files.createSymbolicLink(volumes.resolve("models"), Texts.MODEL.getParent());
    Path access = Files.createDirectories(volumes.resolve("etc/knnlm-access"));
    Files.writeString(access.resolve("token"), TOKEN);
    Files.writeString(access.resolve("accounts"), "services:runner:" + TOKEN);
    Path accounts = Files.createDirectories(volumes.resolve("etc/knnlm")).resolve("accounts");
    Files.writeString(accounts, "alice:runner:" + PASSWORD);
  }

  private Manifests manifests(Map<String, Object> set) throws Exception {
    return new Manifests(set, root.resolve("volumes"), root, secrets);
  }

  /** What callers call them by, the chart's services and this test. */
  private static List<String> names(List<Place> eval) {
    Stream<String> services =
        Stream.of("lm-service", "index-service", "index-service-peers", "eval-service")
            .map(name -> "DNS:knnlm-" + name);
    Stream<String> addresses = eval.stream().map(place -> "IP:" + place.address());
    return Stream.concat(services, addresses).toList();
  }

  private List<Pod> services(Manifests chart, String kind, String name, List<Place> places)
      throws Exception {
    List<Pod> pods = new ArrayList<>();
    for (Place place : places) {
      pods.add(keeper.add(chart.pod(kind, name, pods.size(), place)));
    }
    return pods;
  }

  /** Embeds and publishes, by the chart's jobs and further arguments. */
  private Void save(String datastore, List<String> more, List<Place> places) throws Exception {
    Manifests chart =
        manifests(Map.of("embedder.datastore", datastore, "embedder.workers", places.size()));
    List<Pod> pods = new ArrayList<>();
    for (Place place : places) {
      pods.add(
          chart.pod("Job", "knnlm-embedder-" + datastore, pods.size(), place).with(more, Map.of()));
    }
    keeper.finish(pods);
    keeper.finish(
        List.of(chart.pod("Job", "knnlm-embedder-" + datastore + "-finalise", 0, finaliser)));
    return null;
  }

  /** Has the index built, by the chart's job. */
  private Void index(String datastore) throws Exception {
    keeper.finish(
        List.of(
            manifests(Map.of("embedder.datastore", datastore))
                .pod("Job", "knnlm-embedder-" + datastore + "-index", 0, finaliser)));
    return null;
  }

  private void awaitFirstLine(String pod) throws Exception {
    Path log = root.resolve(pod).resolve("log");
    while (!Files.exists(log) || Files.size(log) == 0) {
      Thread.sleep(20);
    }
  }

  private void killWorker() {
    keeper.alive().stream()
        .filter(pod -> pod.name().startsWith("knnlm-embedder-"))
        .findAny()
        .orElseThrow()
        .kill();
  }

  private static void awaitParts(Path volumes, int parts) throws Exception {
    while (Folders.partsWritten(volumes.resolve("datastores"), "broken") < parts) {
      Thread.sleep(20);
    }
  }

  /** What happens while something else is done. */
  @FunctionalInterface
  private interface Meanwhile {
    void run() throws Exception;
  }

  private static <T> T whileIt(Callable<T> work, Meanwhile meanwhile) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<T> done = threads.submit(work);
      meanwhile.run();
      return done.get();
    }
  }

  /** The run of the chart's job, which must end well. */
  private void evaluate(String datastore, Meanwhile meanwhile) throws Exception {
    var set = new HashMap<String, Object>();
    set.put("run.settings[0]", "datastore=%s,k=64,temperature=10,lambda=0.3".formatted(datastore));
    Pod job = manifests(set).pod("Job", "knnlm-run", 0, runner);
    whileIt(
        () -> {
          assertThat(job.start().exitCode()).as(job.logged()).isZero();
          return null;
        },
        meanwhile);
  }

  private Outcome outcome(Path volumes, String datastore, long run) throws Exception {
    return new Outcome(
        Folders.checksums(volumes.resolve("datastores").resolve(datastore)),
        runs.results(run).replace(datastore, "NAME"));
  }
}
