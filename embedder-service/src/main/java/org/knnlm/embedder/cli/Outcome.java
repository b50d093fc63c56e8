package org.knnlm.embedder.cli;

import org.knnlm.corpus.CorpusException;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.embedder.embedding.EmbeddingException;
import org.knnlm.embedder.grpc.IndexServiceException;
import org.knnlm.embedder.job.InvalidCorpusException;
import org.knnlm.embedder.model.LanguageModelException;
import org.knnlm.embedder.source.UnknownLayoutException;

/** How a command ends. */
enum Outcome {
  UNFORESEEN(1),
  WRONG_INPUT(2),
  TRY_AGAIN(3),
  MISMATCH(4),
  WRONG_BYTES(5),
  NO_SPACE(6),
  NOT_NOW(7);

  private final int exitCode;

  Outcome(int exitCode) {
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }

  static Outcome of(Throwable e) {
    return switch (e) {
      case CorpusException _, InvalidCorpusException _, UnknownLayoutException _ -> WRONG_INPUT;
      case EmbeddingException embedding -> of(embedding);
      case LanguageModelException.Unavailable _ -> TRY_AGAIN;
      case LanguageModelException _ -> WRONG_BYTES;
      case IndexServiceException index -> of(index);
      case DatastoreException.Taken _ -> NOT_NOW;
      case DatastoreException.UnsupportedVersion _ -> MISMATCH;
      case DatastoreException _ -> WRONG_BYTES;
      default -> UNFORESEEN;
    };
  }

  private static Outcome of(IndexServiceException e) {
    return switch (e.code()) {
      case INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED -> WRONG_INPUT;
      case UNAVAILABLE -> TRY_AGAIN;
      case FAILED_PRECONDITION -> MISMATCH;
      case DATA_LOSS -> WRONG_BYTES;
      case RESOURCE_EXHAUSTED -> NO_SPACE;
      case NOT_FOUND, ABORTED -> NOT_NOW;
      default -> UNFORESEEN;
    };
  }

  private static Outcome of(EmbeddingException e) {
    return switch (e) {
      case EmbeddingException.EmptyCorpus _, EmbeddingException.TooLong _ -> WRONG_INPUT;
      case EmbeddingException.ModelChanged _,
          EmbeddingException.OtherPlan _,
          EmbeddingException.WrongBase _ ->
          MISMATCH;
      case EmbeddingException.BadOutput _, EmbeddingException.Damaged _ -> WRONG_BYTES;
      case EmbeddingException.NotEnoughSpace _ -> NO_SPACE;
      case EmbeddingException.Incomplete _ -> NOT_NOW;
    };
  }
}
