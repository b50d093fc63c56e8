package org.knnlm.index.build;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.knnlm.datastore.Datastore;
import org.knnlm.index.shard.IndexFolder;

/** A process that builds an index in small shards, and may be killed at any moment. */
final class BuildOnce {
  private BuildOnce() {}

  /**
   * Builds, unless the index is there.
   *
   * @param args datastore folder, factory, keys of a shard, threads
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    var settings = new IndexSettings(args[1], 0, 0, 0, OptionalInt.empty(), 0, 1);
    System.out.println("start");
    new IndexFolder(folder).recover();
    try (Datastore datastore = Datastore.open(folder)) {
      IndexPlan plan = IndexPlan.of(settings, datastore.size(), datastore.dimension());
      if (new IndexFolder(folder).manifest().filter(plan::isOf).isEmpty()) {
        BuildListener silent =
            new BuildListener() {
              @Override
              public void forecast(Forecast forecast) {}

              @Override
              public void progress(BuildProgress progress) {}
            };
        new IndexBuilder(
                datastore, folder, plan, Long.parseLong(args[2]), Integer.parseInt(args[3]), silent)
            .build();
      }
    }
    System.out.println("done");
  }
}
