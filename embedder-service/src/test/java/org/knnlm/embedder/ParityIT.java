package org.knnlm.embedder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knnlm.datastore.Datastore;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;
import org.knnlm.proto.embedder.v1.WatchDatastoreRequest;
import org.knnlm.proto.embedder.v1.WatchDatastoreResponse;

/** The datastore that the reference made of the same corpus with the same model. */
class ParityIT {
  private static final double ABSOLUTE = 2e-2;
  private static final double RELATIVE = 1e-3;

  @TempDir Path folder;

  @Test
  void keysAndValuesAreTheReferences() throws IOException, InterruptedException {
    Path corpus = Models.golden("corpus_small.jsonl");
    Path model = Models.smolLm2();
    try (var services = new Services(folder)) {
      services.startLm(model);
      services.startEmbedder();
      Files.copy(corpus, services.corpora().resolve("corpus.jsonl"));
      services
          .stub()
          .createDatastore(
              CreateDatastoreRequest.newBuilder()
                  .setName("parity")
                  .setCorpus("corpus.jsonl")
                  .build());
      services
          .stub()
          .watchDatastore(WatchDatastoreRequest.newBuilder().setName("parity").build())
          .forEachRemaining(ParityIT::print);
      compare(services.datastores().resolve("parity"), Models.golden("dstore"));
    }
  }

  private static void print(WatchDatastoreResponse progress) {
    if (progress.getStage() == WatchDatastoreResponse.Stage.STAGE_DONE) {
      System.out.printf(
          "%d keys in %.1f s: %.1f a second while embedding%n",
          progress.getKeysDone(), progress.getElapsedSeconds(), progress.getKeysPerSecond());
    }
  }

  private static void compare(Path made, Path golden) throws IOException {
    try (var ours = Datastore.open(made);
        var reference = Datastore.open(golden)) {
      assertThat(ours.files()).isEqualTo(reference.files());
      assertThat(Files.mismatch(ours.valuesFile(), reference.valuesFile())).isEqualTo(-1);
      int dimension = ours.dimension();
      float[] our = new float[dimension];
      float[] their = new float[dimension];
      double worstAbsolute = 0;
      double worstRelative = 0;
      for (long id = 0; id < ours.size(); id++) {
        ours.key(id, our, 0);
        reference.key(id, their, 0);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < dimension; i++) {
          double d = our[i] - their[i];
          worstAbsolute = Math.max(worstAbsolute, Math.abs(d));
          difference += d * d;
          norm += their[i] * their[i];
        }
        worstRelative = Math.max(worstRelative, Math.sqrt(difference / norm));
      }
      System.out.printf(
          "largest difference of an element %.2g, of a key %.2g of its norm%n",
          worstAbsolute, worstRelative);
      assertThat(worstAbsolute).isLessThanOrEqualTo(ABSOLUTE);
      assertThat(worstRelative).isLessThanOrEqualTo(RELATIVE);
      ours.verify();
    }
  }
}
