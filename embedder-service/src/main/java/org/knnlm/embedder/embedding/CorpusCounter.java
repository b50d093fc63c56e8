package org.knnlm.embedder.embedding;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.knnlm.corpus.Document;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.DocumentsFile;
import org.knnlm.datastore.DocumentsWriter;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.datastore.StagingFolder;
import org.knnlm.embedder.embedding.TokenizerRequests.Piece;
import org.knnlm.embedder.embedding.TokenizerRequests.Request;
import org.knnlm.embedder.model.LanguageModel;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.source.Corpus;
import org.knnlm.embedder.source.CorpusDocuments;

/** The counting pass over a corpus: its tokens, and which keys they will give. For one corpus. */
final class CorpusCounter {
  /** Requests under way: one that is tokenized, others on their way there and back. */
  private static final int REQUESTS = 4;

  private final LanguageModel model;
  private final ModelInfo info;
  private final Windowing windowing;
  private final TokenFile tokens;
  private final DocumentsWriter places;
  private final ProgressMeter progress;

  private final List<PartPlan> parts = new ArrayList<>();
  private long documents;
  private long cut;
  private long partStart;
  private long keys;

  private CorpusCounter(
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
   * Reads a corpus, and writes its plan and its tokens into a staging folder, whose claim the
   * caller has.
   *
   * @throws EmbeddingException when it gives no key, or tokens that the model does not have
   */
  static Plan count(
      LanguageModel model,
      ModelInfo info,
      Corpus corpus,
      KeyType key,
      List<Base> bases,
      StagingFolder staging,
      ProgressMeter progress)
      throws IOException, InterruptedException, ExecutionException {
    Corpus.Stamp stamp = corpus.stamp();
    try (var tokens = TokenFile.create(staging);
        var places = new DocumentsWriter(staging)) {
      var counter = new CorpusCounter(model, info, tokens, places, progress);
      return counter.count(corpus, stamp, key, bases, staging);
    }
  }

  private Plan count(
      Corpus corpus, Corpus.Stamp stamp, KeyType key, List<Base> bases, StagingFolder staging)
      throws IOException, InterruptedException, ExecutionException {
    try (var read = new CorpusDocuments(corpus)) {
      tokenize(read);
      if (keys == 0) {
        throw new EmbeddingException.EmptyCorpus(
            "%s gives no key: it has %d documents with %d tokens, and %d blank ones; two tokens give one key"
                .formatted(corpus.name(), documents, tokens.size(), read.blank()));
      }
      DocumentsFile file = places.finish();
      tokens.force();
      var plan =
          new Plan(
              stamp,
              info,
              bases,
              Appending.origin(
                  info,
                  key,
                  new Origin.Corpus(corpus.name(), read.sha256Digest(), documents, tokens.size())),
              file,
              new CorpusReport(
                  corpus.files().size(),
                  documents,
                  read.blank(),
                  read.replaced(),
                  cut,
                  tokens.size()),
              parts);
      PlanFile.write(staging, plan);
      return plan;
    }
  }

  /** What a request gave, beside it. */
  private record Answer(Request request, List<int[]> tokens) {}

  private void tokenize(CorpusDocuments read)
      throws IOException, InterruptedException, ExecutionException {
    var requests = new TokenizerRequests(read);
    try (var answers = new Ahead<>(requests, this::ask, REQUESTS)) {
      while (answers.hasNext()) {
        Answer answer = answers.next();
        for (int i = 0; i < answer.tokens.size(); i++) {
          add(answer.request.pieces().get(i), answer.tokens.get(i));
        }
        progress.documentsRead(documents);
      }
    }
    endPart();
  }

  private Answer ask(Request request) {
    return new Answer(
        request,
        request.begins()
            ? model.tokenize(request.texts())
            : model.tokenizeFurther(request.texts()));
  }

  private void add(Piece piece, int[] ids) throws IOException {
    Document document = piece.document();
    requireInVocabulary(ids, document);
    if (piece.begins()) {
      if (document.batch() > parts.size()) {
        endPart();
      }
      places.document(document.line(), partTokens());
    }
    tokens.append(ids);
    if (piece.ends()) {
      documents++;
      cut += piece.begins() ? 0 : 1;
    }
  }

  private int partTokens() {
    long count = tokens.size() - partStart;
    if (count > Integer.MAX_VALUE) {
      throw new EmbeddingException.TooLong(
          "part %d (documents from %d) has %,d tokens, allowed are %,d"
              .formatted(
                  parts.size(), (long) parts.size() * Document.BATCH, count, Integer.MAX_VALUE));
    }
    return (int) count;
  }

  private void endPart() throws IOException {
    long first = (long) parts.size() * Document.BATCH;
    if (documents == first) {
      return;
    }
    int count = partTokens();
    var part =
        new PartPlan(
            parts.size(),
            Math.toIntExact(documents - first),
            partStart,
            count,
            tokens.takeCrc(),
            keys,
            windowing.keys(count));
    parts.add(part);
    places.endPart(part.keys(), count == 0 ? 0 : tokens.read(partStart, 1)[0]);
    partStart = tokens.size();
    keys += part.keys();
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
}
