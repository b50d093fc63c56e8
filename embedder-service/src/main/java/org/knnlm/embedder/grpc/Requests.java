package org.knnlm.embedder.grpc;

import java.io.IOException;
import java.nio.file.Path;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.job.CorpusFolder;
import org.knnlm.embedder.job.DatastoreRequest;
import org.knnlm.grpc.Errors;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;

/** Checks what comes in; every error is INVALID_ARGUMENT with its field. */
final class Requests {
  private final CorpusFolder corpora;

  Requests(CorpusFolder corpora) {
    this.corpora = corpora;
  }

  static DatastoreName name(String name) {
    try {
      return new DatastoreName(name);
    } catch (IllegalArgumentException e) {
      throw Errors.invalidArgument("name", e.getMessage());
    }
  }

  DatastoreRequest datastore(CreateDatastoreRequest request) throws IOException {
    DatastoreName name = name(request.getName());
    KeyType key = key(request);
    Path corpus = corpora.resolve(request.getCorpus());
    return new DatastoreRequest(name, corpus, request.getCorpus(), format(request, corpus), key);
  }

  private static KeyType key(CreateDatastoreRequest request) {
    return switch (request.getKey()) {
      case HIDDEN_STATE_UNSPECIFIED, HIDDEN_STATE_LAST_FFN_INPUT -> KeyType.LAST_FFN_INPUT;
      case HIDDEN_STATE_LAST_FFN_OUTPUT -> KeyType.LAST_FFN_OUTPUT;
      case UNRECOGNIZED ->
          throw Errors.invalidArgument(
              "key", "found %d, which is no hidden state".formatted(request.getKeyValue()));
    };
  }

  private static CorpusFormat format(CreateDatastoreRequest request, Path corpus) {
    CorpusFormat format =
        switch (request.getFormat()) {
          case CORPUS_FORMAT_JSONL -> new CorpusFormat.Jsonl();
          case CORPUS_FORMAT_LINES -> new CorpusFormat.Lines();
          case CORPUS_FORMAT_UNSPECIFIED ->
              CorpusFormat.ofExtension(corpus)
                  .orElseThrow(
                      () ->
                          Errors.invalidArgument(
                              "format",
                              "unspecified, and the extension of %s does not tell it: .jsonl and .txt do"
                                  .formatted(corpus.getFileName())));
          case UNRECOGNIZED ->
              throw Errors.invalidArgument(
                  "format", "found %d, which is no format".formatted(request.getFormatValue()));
        };
    String field = request.getTextField();
    return switch (format) {
      case CorpusFormat.Jsonl jsonl -> field.isEmpty() ? jsonl : new CorpusFormat.Jsonl(field);
      case CorpusFormat.Lines lines when field.isEmpty() -> lines;
      case CorpusFormat.Lines _ ->
          throw Errors.invalidArgument(
              "text_field", "found \"%s\", but lines have no fields".formatted(field));
    };
  }
}
