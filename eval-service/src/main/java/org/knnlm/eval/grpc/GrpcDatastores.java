package org.knnlm.eval.grpc;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.grpc.GrpcClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.DatastoresException;
import org.knnlm.eval.lm.IndexReport;
import org.knnlm.eval.lm.ListedDatastore;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.Tensors;
import org.knnlm.proto.index.v1.CountValuesRequest;
import org.knnlm.proto.index.v1.DatastoreSummary;
import org.knnlm.proto.index.v1.DescribeRequest;
import org.knnlm.proto.index.v1.DescribeResponse;
import org.knnlm.proto.index.v1.IndexInfo;
import org.knnlm.proto.index.v1.ListDatastoresRequest;
import org.knnlm.proto.index.v1.ListDatastoresResponse;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc;
import org.knnlm.proto.index.v1.NearestNeighborsGrpc.NearestNeighborsBlockingStub;

/** What index-service says of its datastores; it is asked for the record, not for numbers. */
@ApplicationScoped
public class GrpcDatastores implements Datastores {
  private static final Logger LOG = Logger.getLogger(GrpcDatastores.class);
  private static final int TIMEOUT_SECONDS = 5;

  /** The first time all values of a datastore are read. */
  private static final Duration COUNT_TIMEOUT = Duration.ofMinutes(10);

  private static final Set<Status.Code> PASSING =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);

  private final NearestNeighborsBlockingStub stub;

  GrpcDatastores(@GrpcClient("index") Channel channel) {
    this.stub = NearestNeighborsGrpc.newBlockingStub(channel);
  }

  @Override
  public long[] valueCounts(String name) {
    var request = CountValuesRequest.newBuilder().setDatastore(name).build();
    try {
      return Clients.reading(
          () -> {
            LongStream.Builder counts = LongStream.builder();
            Clients.connecting(stub)
                .withDeadlineAfter(COUNT_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .countValues(request)
                .forEachRemaining(
                    reply ->
                        LongStream.of(Tensors.longs(reply.getCounts(), "counts"))
                            .forEach(counts::add));
            return counts.build().toArray();
          });
    } catch (StatusRuntimeException e) {
      throw new DatastoresException(
          "index-service does not count the values of the datastore %s (%s): %s"
              .formatted(name, e.getStatus().getCode(), e.getStatus().getDescription()),
          PASSING.contains(e.getStatus().getCode()),
          e);
    }
  }

  @Override
  public Optional<DatastoreInfo> describe(String name) {
    return reply(name).map(GrpcDatastores::infoOf);
  }

  @Override
  public Optional<ListedDatastore> find(String name) {
    return reply(name)
        .map(
            reply ->
                new ListedDatastore(
                    name,
                    "LOADED",
                    Optional.empty(),
                    Optional.of(infoOf(reply)),
                    reply.hasIndex() ? Optional.of(reportOf(reply.getIndex())) : Optional.empty()));
  }

  private static DatastoreInfo infoOf(DescribeResponse reply) {
    return new DatastoreInfo(
        reply.getNumKeys(),
        reply.getDimension(),
        reply.getModelSha256(),
        reply.getIndex().getFactory(),
        reply.getIndex().getNprobe(),
        reply.getVersion());
  }

  private static IndexReport reportOf(IndexInfo index) {
    return new IndexReport(
        index.getType(),
        index.getFactory(),
        index.getNlist(),
        index.getNprobe(),
        index.getBytes(),
        index.getBytesPerKey(),
        index.getBuildSeconds(),
        index.getRerankFactor(),
        index.getRecallQueries(),
        index.getRecallsList().stream()
            .map(recall -> new IndexReport.Recall(recall.getK(), recall.getRecall()))
            .toList(),
        List.copyOf(index.getWarningsList()));
  }

  private Optional<DescribeResponse> reply(String name) {
    try {
      return Optional.of(
          Clients.connecting(stub)
              .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .describe(DescribeRequest.newBuilder().setDatastore(name).build()));
    } catch (StatusRuntimeException e) {
      LOG.warnf("index-service does not describe the datastore %s: %s", name, e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public Optional<List<ListedDatastore>> list() {
    try {
      ListDatastoresResponse reply =
          Clients.connecting(stub)
              .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .listDatastores(ListDatastoresRequest.getDefaultInstance());
      return Optional.of(
          reply.getDatastoresList().stream()
              .map(summary -> listed(summary, reply.getVersion()))
              .toList());
    } catch (StatusRuntimeException e) {
      LOG.warnf("index-service does not list its datastores: %s", e.getMessage());
      return Optional.empty();
    }
  }

  private static ListedDatastore listed(DatastoreSummary summary, String version) {
    return new ListedDatastore(
        summary.getName(),
        summary.getState().name().replaceFirst("^STATE_", ""),
        Optional.of(summary.getProblem()).filter(problem -> !problem.isEmpty()),
        summary.getNumKeys() == 0
            ? Optional.empty()
            : Optional.of(
                new DatastoreInfo(
                    summary.getNumKeys(),
                    summary.getDimension(),
                    summary.getModelSha256(),
                    summary.getIndex().getFactory(),
                    summary.getIndex().getNprobe(),
                    version)),
        summary.hasIndex() ? Optional.of(reportOf(summary.getIndex())) : Optional.empty());
  }
}
