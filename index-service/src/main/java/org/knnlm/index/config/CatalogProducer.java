package org.knnlm.index.config;

import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.knnlm.index.build.MachineRoom;
import org.knnlm.index.build.Room;
import org.knnlm.index.catalog.Catalog;

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
    var catalog = new Catalog(config.datastores(), threads, room(config.build()));
    catalog.resumeBuilds();
    return catalog;
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
