package org.knnlm.index.grpc;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.smallrye.faulttolerance.api.Guard;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.grpc.Clients;
import org.knnlm.grpc.Tensors;
import org.knnlm.index.cluster.Held;
import org.knnlm.index.cluster.NeighborQuery;
import org.knnlm.index.cluster.Peer;
import org.knnlm.index.cluster.PeerException;
import org.knnlm.index.knn.Neighbors;
import org.knnlm.index.search.Searched;
import org.knnlm.proto.index.v1.HeldShardsRequest;
import org.knnlm.proto.index.v1.HeldShardsResponse;
import org.knnlm.proto.index.v1.IndexShardsGrpc;
import org.knnlm.proto.index.v1.SearchShardsRequest;
import org.knnlm.proto.index.v1.SearchShardsResponse;

/** A peer over gRPC. One that keeps failing is left alone for a second at a time. */
final class GrpcPeer implements Peer, AutoCloseable {
  /** Failures that another attempt may not have; a deadline that has passed is not tried again. */
  private static final Set<Status.Code> PASSING =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED);

  private final String name;
  private final Duration timeout;
  private final ManagedChannel channel;
  private final Guard guard;

  /** What it holds, as long as it does not say otherwise. */
  private final Map<DatastoreName, Held> held = new ConcurrentHashMap<>();

  private volatile Optional<String> problem = Optional.empty();

  /**
   * @param name for people
   * @param channel to it, closed with it
   * @param timeout of a call
   */
  GrpcPeer(String name, ManagedChannel channel, Duration timeout) {
    this.name = name;
    this.channel = channel;
    this.timeout = timeout;
    this.guard =
        Guard.create()
            .withCircuitBreaker()
            .requestVolumeThreshold(8)
            .delay(1, ChronoUnit.SECONDS)
            .when(e -> e instanceof StatusRuntimeException status && isOutage(status))
            .done()
            .withRetry()
            .maxRetries(2)
            .delay(100, ChronoUnit.MILLIS)
            .jitter(50, ChronoUnit.MILLIS)
            .whenException(
                e ->
                    e instanceof StatusRuntimeException status
                        && PASSING.contains(status.getStatus().getCode()))
            .done()
            .build();
  }

  private static boolean isOutage(StatusRuntimeException e) {
    return e.getStatus().getCode() == Status.Code.UNAVAILABLE
        || e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> problem() {
    return problem;
  }

  private IndexShardsGrpc.IndexShardsBlockingStub stub() {
    return Clients.connecting(IndexShardsGrpc.newBlockingStub(channel))
        .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public Held held(DatastoreName datastore) {
    Held known = held.get(datastore);
    if (known != null) {
      return known;
    }
    HeldShardsResponse reply =
        guarded(
            HeldShardsResponse.class,
            () ->
                stub()
                    .heldShards(
                        HeldShardsRequest.newBuilder().setDatastore(datastore.value()).build()));
    var found = new Held(reply.getIndexId(), reply.getShardsList());
    if (!found.shards().isEmpty()) {
      held.put(datastore, found);
    }
    return found;
  }

  @Override
  public Searched search(String indexId, List<Integer> shards, NeighborQuery query) {
    int d = query.dimension();
    int n = query.count();
    var request =
        SearchShardsRequest.newBuilder()
            .setDatastore(query.datastore().value())
            .setIndexId(indexId)
            .addAllShards(shards)
            .setQueries(Tensors.fp32(query.queries(), n, d))
            .setK(query.k())
            .setExactDistances(query.exact())
            .setOwnCall(query.ownCall());
    query.nprobe().ifPresent(request::setNprobe);
    try {
      return guarded(
          Searched.class,
          () ->
              Clients.reading(
                  () ->
                      received(stub().searchShards(request.build()), query.k(), n, query.exact())));
    } catch (PeerException e) {
      held.remove(query.datastore());
      throw e;
    }
  }

  private Searched received(Iterator<SearchShardsResponse> replies, int k, int n, boolean exact) {
    long[] ids = new long[n * k];
    float[] order = new float[n * k];
    float[] distances = exact ? new float[n * k] : order;
    int[] tokens = new int[n * k];
    var notes = new LinkedHashSet<String>();
    int next = 0;
    while (replies.hasNext()) {
      SearchShardsResponse reply = replies.next();
      long[] some = Tensors.longs(reply.getIds(), "ids");
      if (reply.getFirstQuery() * k != next || next + some.length > ids.length) {
        throw broken(
            "%d neighbours from query %d on".formatted(some.length, reply.getFirstQuery()));
      }
      place(some, ids, next);
      place(Tensors.floats(reply.getOrder(), "order"), some.length, order, next);
      if (exact) {
        place(
            Tensors.floats(reply.getExactDistances(), "exact_distances"),
            some.length,
            distances,
            next);
      }
      int[] theirs = Tensors.ints(reply.getTokenIds(), "token_ids");
      if (theirs.length != some.length) {
        throw broken("%d tokens of %d neighbours".formatted(theirs.length, some.length));
      }
      System.arraycopy(theirs, 0, tokens, next, theirs.length);
      notes.addAll(reply.getNotesList());
      next += some.length;
    }
    if (next != ids.length) {
      throw broken("%d of %d neighbours".formatted(next, ids.length));
    }
    return new Searched(
        new Neighbors(k, ids, order, distances, tokens),
        notes.stream().map(note -> name + ": " + note).toList());
  }

  private static void place(long[] some, long[] all, int at) {
    System.arraycopy(some, 0, all, at, some.length);
  }

  private void place(float[] some, int expected, float[] all, int at) {
    if (some.length != expected) {
      throw broken("%d distances of %d neighbours".formatted(some.length, expected));
    }
    System.arraycopy(some, 0, all, at, some.length);
  }

  private PeerException broken(String what) {
    return new PeerException(name, "sent " + what, null);
  }

  private <T> T guarded(Class<T> type, Supplier<T> call) {
    try {
      T answer = guard.get(call, type);
      problem = Optional.empty();
      return answer;
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      if (status.getCode() == Status.Code.CANCELLED) {
        throw new CancellationException("cancelled by the caller or its deadline");
      }
      throw failed(
          status.getDescription() == null ? status.getCode().name() : status.getDescription(), e);
    } catch (CircuitBreakerOpenException e) {
      throw failed("has failed several times and is left alone for a second", e);
    }
  }

  private PeerException failed(String what, Exception cause) {
    problem = Optional.of(what);
    return new PeerException(name, what, cause);
  }

  @Override
  public void close() {
    channel.shutdown();
  }
}
