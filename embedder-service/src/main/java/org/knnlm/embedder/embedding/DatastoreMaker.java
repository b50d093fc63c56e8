package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.datastore.DatastoreWriter;
import org.knnlm.datastore.DocumentsFile;
import org.knnlm.datastore.DocumentsWriter;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/** Makes the datastore of one corpus. */
public final class DatastoreMaker {
  private final LanguageModel model;
  private final ModelInfo info;
  private final StagingFolder staging;
  private final ProgressMeter progress;

  /**
   * @param info what {@code model} said it was when the corpus was accepted
   * @param staging where the datastore grows
   */
  public DatastoreMaker(
      LanguageModel model, ModelInfo info, StagingFolder staging, ProgressMeter progress) {
    this.model = model;
    this.info = info;
    this.staging = staging;
    this.progress = progress;
  }

  /**
   * Reads a corpus and publishes its datastore.
   *
   * @param corpusName what the manifest shall call it
   * @throws EmbeddingException when corpus and model do not make a datastore
   * @throws org.knnlm.corpus.CorpusException when the corpus is not what its format says
   * @throws org.knnlm.embedder.model.LanguageModelException when the model does not answer
   */
  public void make(Path corpus, String corpusName, CorpusFormat format, KeyType key)
      throws IOException, InterruptedException, ExecutionException {
    try (var tokens = new TokenFile(staging.path().resolve("tokens"));
        var places = new DocumentsWriter(staging)) {
      TokenizedCorpus tokenized =
          new CorpusTokenizer(model, info, tokens, places, progress).tokenize(corpus, format);
      DocumentsFile documents = places.finish();
      requireSpace(tokenized.keys());
      progress.embedding(tokenized.keys());
      Origin origin = origin(tokenized, corpusName, key);
      try (var writer = new DatastoreWriter(staging, tokenized.keys(), info.hiddenSize(), origin)) {
        new CorpusEmbedder(model, info, key, progress).embed(tokenized, writer);
        requireSameModel();
        writer.publish(documents);
      }
    }
    progress.done();
  }

  private Origin origin(TokenizedCorpus corpus, String corpusName, KeyType key) {
    return new Origin(
        new Origin.Model(info.id(), info.type(), info.sha256(), info.tokenizerSha256()),
        key,
        new Origin.Corpus(corpusName, corpus.sha256(), corpus.documents(), corpus.tokens().size()),
        corpus.windowing().blockSize(),
        corpus.windowing().stride());
  }

  private void requireSpace(long keys) throws IOException {
    long needed = Math.multiplyExact(keys, 2L * info.hiddenSize() + Integer.BYTES);
    long found = Files.getFileStore(staging.path()).getUsableSpace();
    if (found < needed) {
      throw new EmbeddingException.NotEnoughSpace(
          "%d keys of dimension %d need %d bytes in %s, found %d"
              .formatted(keys, info.hiddenSize(), needed, staging.path().getParent(), found));
    }
  }

  private void requireSameModel() {
    ModelInfo now = model.info();
    if (!now.equals(info)) {
      throw new EmbeddingException.ModelChanged(
          "the model was %s (%s) at the beginning and is %s (%s) at the end"
              .formatted(info.id(), info.sha256(), now.id(), now.sha256()));
    }
  }
}
