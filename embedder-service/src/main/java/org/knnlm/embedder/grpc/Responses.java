package org.knnlm.embedder.grpc;

import java.util.function.ToLongFunction;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreManifest;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.embedder.embedding.Progress;
import org.knnlm.embedder.embedding.Stage;
import org.knnlm.proto.embedder.v1.DescribeDatastoreResponse;
import org.knnlm.proto.embedder.v1.WatchDatastoreResponse;
import org.knnlm.proto.lm.v1.HiddenState;

/** The domain's records as messages. */
final class Responses {
  private Responses() {}

  static WatchDatastoreResponse progress(Progress progress) {
    var response =
        WatchDatastoreResponse.newBuilder()
            .setStage(stage(progress.stage()))
            .setDocuments(progress.documents())
            .setKeysDone(progress.keysDone())
            .setKeysTotal(progress.keysTotal())
            .setElapsedSeconds(progress.elapsedSeconds())
            .setKeysPerSecond(progress.keysPerSecond());
    progress.remainingSeconds().ifPresent(response::setRemainingSeconds);
    return response.build();
  }

  private static WatchDatastoreResponse.Stage stage(Stage stage) {
    return switch (stage) {
      case TOKENIZING -> WatchDatastoreResponse.Stage.STAGE_TOKENIZING;
      case EMBEDDING -> WatchDatastoreResponse.Stage.STAGE_EMBEDDING;
      case DONE -> WatchDatastoreResponse.Stage.STAGE_DONE;
    };
  }

  static DescribeDatastoreResponse description(DatastoreName name, Datastore datastore) {
    var response =
        DescribeDatastoreResponse.newBuilder()
            .setName(name.value())
            .setNumKeys(datastore.size())
            .setDimension(datastore.dimension())
            .setModelType(datastore.files().modelType());
    datastore.manifest().ifPresent(manifest -> describe(response, datastore, manifest));
    return response.build();
  }

  private static void describe(
      DescribeDatastoreResponse.Builder response, Datastore datastore, DatastoreManifest manifest) {
    Origin origin = manifest.origin();
    response
        .setModelId(origin.model().id())
        .setModelSha256(origin.model().sha256())
        .setTokenizerSha256(origin.model().tokenizerSha256())
        .setKey(hiddenState(origin.key()))
        .setDocuments(sum(datastore, Origin.Corpus::documents))
        .setTokens(sum(datastore, Origin.Corpus::tokens))
        .setBlockSize(origin.blockSize())
        .setStride(origin.stride())
        .setCreatedAt(manifest.created().toString())
        .addAllBases(manifest.bases().stream().map(Base::datastore).toList());
  }

  private static long sum(Datastore datastore, ToLongFunction<Origin.Corpus> count) {
    return datastore.segments().stream()
        .map(segment -> segment.manifest().orElseThrow().origin().corpus())
        .mapToLong(count)
        .sum();
  }

  private static HiddenState hiddenState(KeyType key) {
    return switch (key) {
      case LAST_FFN_INPUT -> HiddenState.HIDDEN_STATE_LAST_FFN_INPUT;
      case LAST_FFN_OUTPUT -> HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT;
    };
  }
}
