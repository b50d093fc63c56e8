package org.knnlm.embedder.grpc;

import java.io.IOException;
import java.util.Optional;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.job.CorpusFolder;
import org.knnlm.embedder.job.DatastoreRequest;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.Layout;
import org.knnlm.embedder.source.UnknownLayoutException;
import org.knnlm.grpc.Errors;
import org.knnlm.proto.embedder.v1.CreateDatastoreRequest;

/** Checks what comes in; every error is INVALID_ARGUMENT with its field. */
final class Requests {
  private final CorpusFolder corpora;

  Requests(CorpusFolder corpora) {
    this.corpora = corpora;
  }

  static DatastoreName name(String name) {
    return name("name", name);
  }

  private static DatastoreName name(String field, String name) {
    try {
      return new DatastoreName(name);
    } catch (IllegalArgumentException e) {
      throw Errors.invalidArgument(field, e.getMessage());
    }
  }

  DatastoreRequest datastore(CreateDatastoreRequest request) throws IOException {
    DatastoreName name = name(request.getName());
    KeyType key = key(request);
    Optional<DatastoreName> appendTo =
        request.getAppendTo().isEmpty()
            ? Optional.empty()
            : Optional.of(name("append_to", request.getAppendTo()));
    return new DatastoreRequest(name, corpus(request), key, appendTo);
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

  private Corpus corpus(CreateDatastoreRequest request) throws IOException {
    String field = request.getTextField();
    String text = field.isEmpty() ? Layout.DEFAULT_TEXT : field;
    Corpus corpus;
    try {
      corpus = corpora.corpus(request.getCorpus(), layout(request, text), text);
    } catch (UnknownLayoutException e) {
      throw Errors.invalidArgument("format", e.getMessage());
    }
    if (!field.isEmpty()) {
      corpus.files().stream()
          .filter(file -> !file.layout().hasColumns())
          .findAny()
          .ifPresent(
              file -> {
                throw Errors.invalidArgument(
                    "text_field",
                    "found \"%s\", but %s has no fields".formatted(field, file.path()));
              });
    }
    return corpus;
  }

  private static Optional<Layout> layout(CreateDatastoreRequest request, String text) {
    return switch (request.getFormat()) {
      case CORPUS_FORMAT_UNSPECIFIED -> Optional.empty();
      case CORPUS_FORMAT_JSONL -> Optional.of(new Layout.Jsonl(text));
      case CORPUS_FORMAT_LINES -> Optional.of(new Layout.Lines());
      case CORPUS_FORMAT_WHOLE -> Optional.of(new Layout.Whole());
      case CORPUS_FORMAT_WIKITEXT -> Optional.of(new Layout.Articles());
      case CORPUS_FORMAT_CSV -> Optional.of(Layout.Csv.of(request.getCorpus(), text));
      case CORPUS_FORMAT_PARQUET -> Optional.of(new Layout.Parquet(text));
      case UNRECOGNIZED ->
          throw Errors.invalidArgument(
              "format", "found %d, which is no format".formatted(request.getFormatValue()));
    };
  }
}
