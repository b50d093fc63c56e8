package org.knnlm.embedder.embedding;

import java.util.List;
import java.util.Optional;
import org.knnlm.datastore.Base;
import org.knnlm.datastore.DatastoreFiles;
import org.knnlm.datastore.DocumentsFile;
import org.knnlm.datastore.KeyType;
import org.knnlm.datastore.Origin;
import org.knnlm.embedder.model.ModelInfo;
import org.knnlm.embedder.source.Corpus;

/**
 * What the counting pass fixes: every part of a datastore, so that any worker can write any part.
 *
 * @param corpus the corpus as it was counted
 * @param model the model whose tokens they are
 * @param bases the datastores that it is appended to, in the order of their keys
 * @param origin where the keys will come from
 * @param documents the file of documents, which is written already
 * @param report what was found in the corpus
 * @param parts the parts in the order of their keys
 */
public record Plan(
    Corpus.Stamp corpus,
    ModelInfo model,
    List<Base> bases,
    Origin origin,
    DocumentsFile documents,
    CorpusReport report,
    List<PartPlan> parts) {
  public Plan {
    bases = List.copyOf(bases);
    parts = List.copyOf(parts);
  }

  /** N, those of the bases not counted. */
  public long keys() {
    return parts.stream().mapToLong(PartPlan::keys).sum();
  }

  DatastoreFiles files() {
    return new DatastoreFiles(model.type(), keys(), model.hiddenSize());
  }

  Windowing windowing() {
    return new Windowing(origin.blockSize(), origin.stride());
  }

  /** In what it is not the plan that is wanted; empty when it is. */
  Optional<String> difference(
      Corpus.Stamp wanted, ModelInfo wantedModel, KeyType key, List<Base> wantedBases) {
    if (!corpus.equals(wanted)) {
      return Optional.of("corpus %s, wanted is %s".formatted(corpus, wanted));
    }
    if (!model.equals(wantedModel)) {
      return Optional.of("%s, wanted is %s".formatted(model, wantedModel));
    }
    if (origin.key() != key) {
      return Optional.of("keys %s, wanted are %s".formatted(origin.key(), key));
    }
    return bases.equals(wantedBases)
        ? Optional.empty()
        : Optional.of("bases %s, wanted are %s".formatted(bases, wantedBases));
  }
}
