package org.knnlm.grpc;

import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Answers calls from code that may block: on its own thread, with the caller's deadline,
 * cancellation, trace and labels of log lines, never sending faster than the caller reads.
 */
public final class Replies {
  private static final Logger LOG = Logger.getLogger(Replies.class);

  private final Executor executor;
  private final Function<Throwable, StatusRuntimeException> domainErrors;

  /**
   * @param executor where calls are answered; its threads may block
   * @param domainErrors the status of a domain exception, or null for one that it does not know
   */
  public Replies(Executor executor, Function<Throwable, StatusRuntimeException> domainErrors) {
    this.executor = executor;
    this.domainErrors = domainErrors;
  }

  /** Computes the only reply of a call. */
  @FunctionalInterface
  public interface Single<T> {
    T reply() throws Exception;
  }

  /** Sends the replies of a call. */
  @FunctionalInterface
  public interface Many<T> {
    void replyTo(Sink<T> sink) throws Exception;
  }

  /** Takes the replies of one call, one at a time. */
  @FunctionalInterface
  public interface Sink<T> {
    /**
     * Sends one reply, after waiting until the caller can take it.
     *
     * @throws CancellationException when the caller has gone or its deadline has passed
     */
    void send(T reply) throws InterruptedException;
  }

  /** Answers a unary call. */
  public <T> void unary(StreamObserver<T> observer, Single<T> call) {
    stream(observer, sink -> sink.send(call.reply()));
  }

  /** Answers a server-streaming call. Call it on the thread that gRPC called the service on. */
  public <T> void stream(StreamObserver<T> observer, Many<T> call) {
    var caller = (ServerCallStreamObserver<T>) observer;
    var wake = new Semaphore(0);
    caller.setOnReadyHandler(wake::release);
    caller.setOnCancelHandler(wake::release);
    executor.execute(
        Carried.along(
            () -> {
              try {
                call.replyTo(reply -> send(caller, wake, reply));
                caller.onCompleted();
              } catch (CancellationException e) {
                LOG.debug("the caller has gone", e);
              } catch (Throwable e) {
                if (!caller.isCancelled()) {
                  caller.onError(status(e));
                }
              }
            }));
  }

  private static <T> void send(ServerCallStreamObserver<T> caller, Semaphore wake, T reply)
      throws InterruptedException {
    while (!caller.isReady() && !caller.isCancelled()) {
      wake.acquire();
    }
    if (caller.isCancelled()) {
      throw new CancellationException("cancelled by the caller or its deadline");
    }
    caller.onNext(reply);
  }

  private StatusRuntimeException status(Throwable e) {
    if (e instanceof StatusRuntimeException status) {
      return status;
    }
    StatusRuntimeException known = domainErrors.apply(e);
    if (known != null) {
      return known;
    }
    LOG.error("call failed", e);
    return Errors.of(Code.INTERNAL, e.getClass().getSimpleName() + ": " + e.getMessage());
  }
}
