package org.knnlm.embedder.grpc;

import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import org.knnlm.corpus.CorpusException;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.embedder.embedding.EmbeddingException;
import org.knnlm.embedder.job.InvalidCorpusException;
import org.knnlm.embedder.job.JobStoppedException;
import org.knnlm.embedder.model.LanguageModelException;
import org.knnlm.grpc.Errors;

/** What a caller is told of a domain's exception. */
final class DomainErrors {
  private DomainErrors() {}

  /** The status of an exception, null for one that nobody foresaw. */
  static StatusRuntimeException status(Throwable e) {
    return switch (e) {
      case CorpusException corpus -> Errors.invalidArgument("corpus", corpus.getMessage());
      case InvalidCorpusException corpus -> Errors.invalidArgument("corpus", corpus.getMessage());
      case EmbeddingException embedding -> embedding(embedding);
      case LanguageModelException model -> model(model);
      case DatastoreException datastore -> datastore(datastore);
      case JobStoppedException stopped -> Errors.of(Code.UNAVAILABLE, stopped.getMessage());
      default -> null;
    };
  }

  private static StatusRuntimeException embedding(EmbeddingException e) {
    return switch (e) {
      case EmbeddingException.EmptyCorpus _, EmbeddingException.TooLong _ ->
          Errors.invalidArgument("corpus", e.getMessage());
      case EmbeddingException.NotEnoughSpace _ ->
          Errors.of(Code.RESOURCE_EXHAUSTED, e.getMessage());
      case EmbeddingException.BadOutput _, EmbeddingException.Damaged _ ->
          Errors.of(Code.DATA_LOSS, e.getMessage());
      case EmbeddingException.OtherPlan _, EmbeddingException.Incomplete _ ->
          Errors.of(Code.FAILED_PRECONDITION, e.getMessage());
      case EmbeddingException.WrongBase _ -> Errors.invalidArgument("append_to", e.getMessage());
      case EmbeddingException.ModelChanged _ -> Errors.of(Code.ABORTED, e.getMessage());
    };
  }

  private static StatusRuntimeException model(LanguageModelException e) {
    return switch (e) {
      case LanguageModelException.Unavailable _ -> Errors.of(Code.UNAVAILABLE, e.getMessage());
      case LanguageModelException.Failed _ -> Errors.of(Code.FAILED_PRECONDITION, e.getMessage());
      case LanguageModelException.BadReply _ -> Errors.of(Code.DATA_LOSS, e.getMessage());
    };
  }

  private static StatusRuntimeException datastore(DatastoreException e) {
    return switch (e) {
      case DatastoreException.Taken _ -> Errors.of(Code.ALREADY_EXISTS, e.getMessage());
      case DatastoreException.UnsupportedVersion _ ->
          Errors.of(Code.FAILED_PRECONDITION, e.getMessage());
      case DatastoreException.Missing _,
          DatastoreException.Ambiguous _,
          DatastoreException.BadManifest _,
          DatastoreException.WrongSize _,
          DatastoreException.Truncated _,
          DatastoreException.Corrupt _,
          DatastoreException.UnusableBase _ ->
          Errors.of(Code.DATA_LOSS, e.getMessage());
    };
  }
}
