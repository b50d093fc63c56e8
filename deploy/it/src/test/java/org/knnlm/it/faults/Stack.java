package org.knnlm.it.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.knnlm.local.Ports;

/** Services on the loopback interface with a PostgreSQL of their own, to be killed one by one. */
final class Stack {
  private final Ports ports = new Ports();
  private final Path root;
  private final Texts texts;
  final Path datastores;
  final int lmPort;
  final int indexPort;

  Stack(Path root, Texts texts) throws IOException {
    this.root = root;
    this.texts = texts;
    this.datastores = Files.createDirectories(root.resolve("datastores"));
    this.lmPort = ports.free();
    this.indexPort = ports.free();
  }

  int freePort() throws IOException {
    return ports.free();
  }

  /** lm-service that finds index-service on a port. */
  Pod lm(int index) throws IOException {
    return service(
        "lm-service",
        "lm",
        ports.free(),
        lmPort,
        Map.of(
            "knnlm.model.path",
            Texts.MODEL.toString(),
            "knnlm.model.threads",
            "1",
            "quarkus.grpc.clients.index.port",
            Integer.toString(index)));
  }

  Pod index() throws IOException {
    return index(datastores);
  }

  Pod index(Path folder) throws IOException {
    return service(
        "index-service",
        "index",
        ports.free(),
        indexPort,
        Map.of("knnlm.datastores", folder.toString(), "knnlm.search.threads", "1"));
  }

  /** eval-service on a database that finds lm-service on a port. */
  Pod eval(String name, int http, int lm, Map<String, String> database, Map<String, String> more)
      throws IOException {
    var settings = new HashMap<>(database);
    settings.put("quarkus.grpc.clients.lm.port", Integer.toString(lm));
    settings.put("quarkus.grpc.clients.index.port", Integer.toString(indexPort));
    settings.put("knnlm.tasks", texts.tasks().toString());
    settings.put("knnlm.data", texts.data().toString());
    settings.putAll(more);
    return service("eval-service", name, http, 0, settings);
  }

  private Pod service(String service, String name, int http, int grpc, Map<String, String> settings)
      throws IOException {
    var all = new HashMap<>(settings);
    all.put("quarkus.http.port", Integer.toString(http));
    if (grpc > 0) {
      all.put("quarkus.grpc.server.port", Integer.toString(grpc));
    }
    return Pod.service(service, name, Place.LOOPBACK, all, root).readyAt(http);
  }

  Postgres postgres(Path folder) throws IOException, InterruptedException {
    return Postgres.make(folder, Place.LOOPBACK, ports.free());
  }

  /** The embedder's command line on a folder of datastores, asking lm-service on a port. */
  Pod embedder(String name, Path folder, int lm, List<String> arguments) throws IOException {
    return Pod.service("embedder-service", name, Place.LOOPBACK, Map.of(), root)
        .with(
            arguments,
            Map.of("KNNLM_DATASTORES", folder.toString(), "KNNLM_LM", "127.0.0.1:" + lm));
  }

  /** Workers that save the corpus. */
  List<Pod> workers(String datastore, int workers) throws IOException {
    List<Pod> all = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      all.add(
          embedder(
              "embed-%s-%d".formatted(datastore, worker),
              datastores,
              lmPort,
              List.of(
                  "embed",
                  datastore,
                  "--corpus=" + texts.corpus(),
                  "--parts-in-flight=1",
                  "--worker=" + worker,
                  "--workers=" + workers)));
    }
    return all;
  }

  Pod finaliser(String datastore) throws IOException {
    return embedder("finalise-" + datastore, datastores, lmPort, List.of("finalise", datastore));
  }
}
