package org.knnlm.index.config;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.index.build.MachineRoom;
import org.knnlm.index.build.Room;
import org.knnlm.index.catalog.Catalog;
import org.knnlm.index.catalog.Import;
import org.knnlm.index.search.Gpus;
import org.knnlm.index.search.SearchQueue;

/** Makes the catalog from the settings. */
final class CatalogProducer {
  @Produces
  @Singleton
  @Startup
  Catalog catalog(IndexConfig config) {
    try {
      Files.createDirectories(config.datastores());
    } catch (IOException e) {
      throw new IllegalStateException(
          "knnlm.datastores: " + config.datastores() + " is no folder and cannot be made: " + e, e);
    }
    int threads = config.search().threads().orElse(Runtime.getRuntime().availableProcessors());
    IndexConfig.Search search = config.search();
    var gpus = new Gpus(search.device().gpus());
    var queue = new SearchQueue(threads, search.maxQueries(), search.mergeTime());
    var catalog =
        new Catalog(
            config.datastores(),
            imports(config),
            held(config),
            threads,
            room(config.build()),
            queue,
            gpus);
    catalog.resumeBuilds();
    return catalog;
  }

  private static IntPredicate held(IndexConfig config) {
    int instance = config.cluster().instance();
    int instances = config.cluster().instances();
    if (instance < 0 || instance >= instances) {
      throw new ConfigurationException(
          "knnlm.cluster.instance is %d, allowed are 0 to %d: knnlm.cluster.instances is %d"
              .formatted(instance, instances - 1, instances));
    }
    return shard -> shard % instances == instance;
  }

  private static Map<DatastoreName, Import> imports(IndexConfig config) {
    Map<DatastoreName, Import> imports = new HashMap<>();
    config
        .datastore()
        .forEach(
            (name, said) -> {
              try {
                imports.put(
                    new DatastoreName(name),
                    new Import(said.path(), said.modelSha256(), said.key()));
              } catch (IllegalArgumentException e) {
                throw new IllegalStateException(
                    "knnlm.datastore.\"%s\": %s".formatted(name, e.getMessage()), e);
              }
            });
    return imports;
  }

  private static Room room(IndexConfig.Build build) {
    var machine = new MachineRoom();
    return build
        .maxMemory()
        .<Room>map(most -> new CappedRoom(machine, most.asLongValue()))
        .orElse(machine);
  }

  private record CappedRoom(Room machine, long mostMemory) implements Room {
    @Override
    public long memory() throws IOException {
      return Math.min(mostMemory, machine.memory());
    }

    @Override
    public long disk(Path folder) throws IOException {
      return machine.disk(folder);
    }
  }

  void close(@Disposes Catalog catalog) {
    catalog.close();
  }
}
