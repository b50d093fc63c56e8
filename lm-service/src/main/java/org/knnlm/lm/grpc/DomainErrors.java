package org.knnlm.lm.grpc;

import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import org.knnlm.grpc.Errors;
import org.knnlm.lm.batch.TooBusyException;
import org.knnlm.lm.model.ModelInfo;
import org.knnlm.lm.retrieval.DatastoreMismatchException;
import org.knnlm.lm.retrieval.TooManyNeighborsException;
import org.knnlm.lm.transformer.NotFiniteException;

/** What a caller is told of a domain's exception. */
final class DomainErrors {
  private final ModelInfo model;

  DomainErrors(ModelInfo model) {
    this.model = model;
  }

  /** The status of an exception, null for one that nobody foresaw. */
  StatusRuntimeException status(Throwable e) {
    return switch (e) {
      case DatastoreMismatchException mismatch ->
          Errors.of(Code.FAILED_PRECONDITION, mismatch.getMessage());
      case TooManyNeighborsException tooMany ->
          Errors.invalidArgument(
              "retrievals[%d].k".formatted(tooMany.retrieval()), tooMany.getMessage());
      case TooBusyException busy -> Errors.of(Code.RESOURCE_EXHAUSTED, busy.getMessage());
      case NotFiniteException notFinite ->
          Errors.of(Code.DATA_LOSS, "model %s: %s".formatted(model.id(), notFinite.getMessage()));
      default -> null;
    };
  }
}
