package org.knnlm.index.grpc;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.knnlm.datastore.Context;
import org.knnlm.datastore.Datastore;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.index.build.BuildProgress;
import org.knnlm.index.catalog.BuildJob;
import org.knnlm.index.catalog.Identity;
import org.knnlm.index.catalog.Listed;
import org.knnlm.index.search.Place;
import org.knnlm.index.shard.IndexManifest;
import org.knnlm.proto.index.v1.BuildIndexResponse;
import org.knnlm.proto.index.v1.DatastoreSummary;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.IndexInfo;
import org.knnlm.proto.index.v1.Recall;
import org.knnlm.proto.index.v1.ShardPlace;
import org.knnlm.proto.lm.v1.HiddenState;

/** Domain objects as messages. */
final class Descriptions {
  /** Time between two progress messages. */
  static final Duration PROGRESS_INTERVAL = Duration.ofMillis(500);

  private Descriptions() {}

  static DescribeResponse of(
      DatastoreName name,
      Datastore datastore,
      Identity identity,
      Optional<IndexManifest> index,
      Map<Integer, Place> places,
      String version) {
    var response =
        DescribeResponse.newBuilder()
            .setDatastore(name.value())
            .setNumKeys(datastore.size())
            .setDimension(datastore.dimension())
            .setModelType(datastore.files().modelType())
            .setVersion(version);
    identity.modelSha256().ifPresent(response::setModelSha256);
    identity.key().map(Descriptions::hiddenState).ifPresent(response::setKey);
    identity.largestToken().ifPresent(response::setLargestTokenId);
    index.map(Descriptions::info).ifPresent(response::setIndex);
    places.forEach((shard, place) -> response.addShardPlaces(shardPlace(shard, place)));
    return response.build();
  }

  private static ShardPlace shardPlace(int shard, Place place) {
    var message = ShardPlace.newBuilder().setShard(shard);
    switch (place) {
      case Place.OnCpu cpu -> message.setDevice("cpu").setReason(cpu.reason());
      case Place.OnGpu gpu -> message.setDevice("cuda:" + gpu.gpu());
    }
    return message.build();
  }

  static DatastoreSummary summary(Listed listed) {
    var summary =
        DatastoreSummary.newBuilder()
            .setName(listed.name().value())
            .setState(
                switch (listed.state()) {
                  case LOADED -> DatastoreSummary.State.STATE_LOADED;
                  case LOADING -> DatastoreSummary.State.STATE_LOADING;
                  case UNLOADED -> DatastoreSummary.State.STATE_UNLOADED;
                  case FAILED -> DatastoreSummary.State.STATE_FAILED;
                });
    listed.problem().ifPresent(summary::setProblem);
    listed
        .contents()
        .ifPresent(
            contents -> {
              summary
                  .setNumKeys(contents.keys())
                  .setDimension(contents.dimension())
                  .setModelType(contents.modelType());
              contents.modelSha256().ifPresent(summary::setModelSha256);
              contents.key().map(Descriptions::hiddenState).ifPresent(summary::setKey);
              contents.index().map(Descriptions::info).ifPresent(summary::setIndex);
            });
    return summary.build();
  }

  private static HiddenState hiddenState(KeyType key) {
    return switch (key) {
      case LAST_FFN_INPUT -> HiddenState.HIDDEN_STATE_LAST_FFN_INPUT;
      case LAST_FFN_OUTPUT -> HiddenState.HIDDEN_STATE_LAST_FFN_OUTPUT;
    };
  }

  static IndexInfo info(IndexManifest index) {
    return IndexInfo.newBuilder()
        .setFactory(index.factory())
        .setNprobe(index.nprobe())
        .setNlist(index.nlist())
        .setBytes(index.bytes())
        .setBuildSeconds(index.buildSeconds())
        .addAllWarnings(index.warnings())
        .setType(index.type())
        .setRerankFactor(index.rerankFactor())
        .setSampledKeys(index.sampledKeys())
        .setBytesPerKey((double) index.bytes() / index.keys())
        .setRecallQueries(index.recallQueries())
        .addAllRecalls(index.recalls().stream().map(Descriptions::recall).toList())
        .build();
  }

  /** Most bytes of a context as a message: a token id takes at most five. */
  static int contextBytes(int before, int after) {
    return 64 + 5 * (before + 1 + after);
  }

  static org.knnlm.proto.index.v1.Context context(Context context) {
    int at = context.at();
    int[] tokens = context.tokens();
    var message =
        org.knnlm.proto.index.v1.Context.newBuilder().setId(context.id()).setTokenId(tokens[at]);
    Arrays.stream(tokens, 0, at).forEach(message::addBefore);
    Arrays.stream(tokens, at + 1, tokens.length).forEach(message::addAfter);
    context
        .place()
        .ifPresent(
            place ->
                message
                    .setDocument(place.document())
                    .setLine(place.line())
                    .setPosition(place.position()));
    return message.build();
  }

  private static Recall recall(IndexManifest.Recall measured) {
    return Recall.newBuilder().setK(measured.k()).setRecall(measured.recall()).build();
  }

  static BuildIndexResponse progress(BuildJob job) {
    BuildProgress progress = job.progress();
    var response =
        BuildIndexResponse.newBuilder()
            .setStage(stage(progress.stage()))
            .setKeysDone(progress.keysDone())
            .setKeysTotal(progress.keysTotal())
            .setElapsedSeconds(job.elapsedSeconds())
            .setMemoryBytesNeeded(job.needs().memory())
            .setDiskBytesNeeded(job.needs().disk());
    job.keysPerSecond().ifPresent(response::setKeysPerSecond);
    job.stageRemainingSeconds().ifPresent(response::setStageRemainingSeconds);
    job.remainingSeconds().ifPresent(response::setRemainingSeconds);
    return response.build();
  }

  static BuildIndexResponse done(BuildJob job) {
    IndexManifest index = job.manifest();
    return BuildIndexResponse.newBuilder()
        .setStage(BuildIndexResponse.Stage.STAGE_DONE)
        .setKeysDone(index.keys())
        .setKeysTotal(index.keys())
        .setElapsedSeconds(job.elapsedSeconds())
        .setRemainingSeconds(0)
        .setStageRemainingSeconds(0)
        .setMemoryBytesNeeded(job.needs().memory())
        .setDiskBytesNeeded(job.needs().disk())
        .setIndex(info(index))
        .build();
  }

  private static BuildIndexResponse.Stage stage(BuildProgress.Stage stage) {
    return switch (stage) {
      case TRAINING -> BuildIndexResponse.Stage.STAGE_TRAINING;
      case ADDING -> BuildIndexResponse.Stage.STAGE_ADDING;
      case WRITING -> BuildIndexResponse.Stage.STAGE_WRITING;
      case MEASURING -> BuildIndexResponse.Stage.STAGE_MEASURING;
    };
  }
}
