package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.corpus.CorpusReader;
import org.knnlm.corpus.Document;
import org.knnlm.corpus.LineReader;
import org.knnlm.datastore.DocumentsWriter;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;

/** The first pass over a corpus: its tokens, and how many keys they will give. For one corpus. */
final class CorpusTokenizer {
  /**
   * Characters in one request: at most 3 MiB as UTF-8, but for a single document that is longer.
   */
  private static final int MAX_REQUEST_CHARS = 1 << 20;

  private final LanguageModel model;
  private final ModelInfo info;
  private final Windowing windowing;
  private final TokenFile tokens;
  private final DocumentsWriter places;
  private final ProgressMeter progress;

  private final List<Batch> batches = new ArrayList<>();
  private final List<Document> request = new ArrayList<>();
  private int requestChars;
  private long documents;
  private long batchStart;
  private long keys;

  CorpusTokenizer(
      LanguageModel model,
      ModelInfo info,
      TokenFile tokens,
      DocumentsWriter places,
      ProgressMeter progress) {
    this.model = model;
    this.info = info;
    this.windowing = Windowing.of(info.maxSequenceLength());
    this.tokens = tokens;
    this.places = places;
    this.progress = progress;
  }

  /**
   * Reads a corpus.
   *
   * @throws EmbeddingException when it gives no key, or tokens that the model does not have
   */
  TokenizedCorpus tokenize(Path corpus, CorpusFormat format) throws IOException {
    MessageDigest digest = sha256();
    InputStream bytes = new DigestInputStream(Files.newInputStream(corpus), digest);
    try (var reader = new CorpusReader(new LineReader(corpus, bytes), format)) {
      while (reader.hasNext()) {
        add(reader.next());
      }
      send();
      endBatch();
      if (keys == 0) {
        throw new EmbeddingException.EmptyCorpus(
            "%s gives no key: it has %d documents with %d tokens, and %d blank lines; two tokens give one key"
                .formatted(corpus, documents, tokens.size(), reader.blank()));
      }
    }
    return new TokenizedCorpus(
        List.copyOf(batches),
        documents,
        HexFormat.of().formatHex(digest.digest()),
        windowing,
        tokens);
  }

  private void add(Document document) throws IOException {
    boolean newBatch = document.batch() > batches.size();
    if (newBatch || requestChars + document.text().length() > MAX_REQUEST_CHARS) {
      send();
    }
    if (newBatch) {
      endBatch();
    }
    request.add(document);
    requestChars += document.text().length();
  }

  private void send() throws IOException {
    if (request.isEmpty()) {
      return;
    }
    List<int[]> encoded = model.tokenize(request.stream().map(Document::text).toList());
    for (int i = 0; i < request.size(); i++) {
      requireInVocabulary(encoded.get(i), request.get(i));
      places.document(request.get(i).line(), Math.toIntExact(tokens.size() - batchStart));
      tokens.append(encoded.get(i));
    }
    documents += request.size();
    progress.documentsRead(documents);
    request.clear();
    requestChars = 0;
  }

  private void endBatch() throws IOException {
    long first = (long) batches.size() * Document.BATCH;
    if (documents == first) {
      return;
    }
    int count = Math.toIntExact(tokens.size() - batchStart);
    var batch =
        new Batch(
            batches.size(),
            Math.toIntExact(documents - first),
            batchStart,
            count,
            keys,
            windowing.keys(count));
    batches.add(batch);
    places.endPart(batch.keys(), count == 0 ? 0 : tokens.read(batchStart, 1)[0]);
    batchStart = tokens.size();
    keys += batch.keys();
  }

  private void requireInVocabulary(int[] ids, Document document) {
    for (int id : ids) {
      if (id < 0 || id >= info.vocabularySize()) {
        throw new EmbeddingException.BadOutput(
            "the tokenizer of %s gave token id %d for the document in line %d, allowed are 0 to %d"
                .formatted(info.id(), id, document.line(), info.vocabularySize() - 1));
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
