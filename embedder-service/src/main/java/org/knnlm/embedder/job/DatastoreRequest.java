package org.knnlm.embedder.job;

import java.util.Optional;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.source.Corpus;

/**
 * A datastore that is wanted.
 *
 * @param name its name
 * @param corpus what to read
 * @param key which hidden state its keys are
 * @param appendTo the datastore that it is appended to; empty when it stands alone
 */
public record DatastoreRequest(
    DatastoreName name, Corpus corpus, KeyType key, Optional<DatastoreName> appendTo) {}
