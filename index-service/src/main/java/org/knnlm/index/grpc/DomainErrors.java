package org.knnlm.index.grpc;

import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import org.knnlm.datastore.DatastoreException;
import org.knnlm.faiss.FaissException;
import org.knnlm.grpc.Errors;
import org.knnlm.index.build.IndexSettingsException;
import org.knnlm.index.build.NotEnoughRoomException;
import org.knnlm.index.catalog.BuildConflictException;
import org.knnlm.index.catalog.ImportException;
import org.knnlm.index.catalog.NoIndexException;
import org.knnlm.index.catalog.NoSuchDatastoreException;
import org.knnlm.index.catalog.ReadOnlyFolderException;
import org.knnlm.index.cluster.UnreachableKeysException;
import org.knnlm.index.search.TooManyQueriesException;
import org.knnlm.index.shard.BuildFolderHeldException;
import org.knnlm.index.shard.IndexFileException;

/** What the domain's exceptions are to a caller. */
final class DomainErrors {
  /** What the system says, and faiss in longer words, when others have filled the disk. */
  private static final String NO_SPACE = "No space left on device";

  private DomainErrors() {}

  /** The status of an exception, null for one that nobody foresaw. */
  static StatusRuntimeException status(Throwable e) {
    return switch (e) {
      case Throwable full when String.valueOf(full.getMessage()).contains(NO_SPACE) ->
          Errors.of(Code.RESOURCE_EXHAUSTED, full.getMessage());
      case NoSuchDatastoreException missing -> Errors.of(Code.NOT_FOUND, missing.getMessage());
      case ReadOnlyFolderException folder ->
          Errors.of(Code.FAILED_PRECONDITION, folder.getMessage());
      case ImportException settings -> Errors.of(Code.FAILED_PRECONDITION, settings.getMessage());
      case NoIndexException missing -> Errors.of(Code.FAILED_PRECONDITION, missing.getMessage());
      case NotEnoughRoomException room -> Errors.of(Code.RESOURCE_EXHAUSTED, room.getMessage());
      case BuildConflictException other -> Errors.of(Code.FAILED_PRECONDITION, other.getMessage());
      case BuildFolderHeldException other -> Errors.of(Code.ABORTED, other.getMessage());
      case IndexSettingsException setting ->
          Errors.invalidArgument(setting.field(), setting.getMessage());
      case DatastoreException files -> Errors.of(Code.DATA_LOSS, files.getMessage());
      case IndexFileException files -> Errors.of(Code.DATA_LOSS, files.getMessage());
      case TooManyQueriesException busy -> Errors.of(Code.RESOURCE_EXHAUSTED, busy.getMessage());
      case UnreachableKeysException gone -> Errors.of(Code.UNAVAILABLE, gone.getMessage());
      case FaissException faiss -> Errors.of(Code.INTERNAL, faiss.getMessage());
      default -> null;
    };
  }
}
