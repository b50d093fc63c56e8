package org.knnlm.embedder.job;

import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;
import org.knnlm.embedder.source.Corpus;

/**
 * A datastore that is wanted.
 *
 * @param name its name
 * @param corpus what to read
 * @param key which hidden state its keys are
 */
public record DatastoreRequest(DatastoreName name, Corpus corpus, KeyType key) {}
