package org.knnlm.embedder.job;

import java.nio.file.Path;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.datastore.DatastoreName;
import org.knnlm.datastore.KeyType;

/**
 * A datastore that is wanted.
 *
 * @param name its name
 * @param corpus the file to read
 * @param corpusName what the caller called that file
 * @param format how documents lie in it
 * @param key which hidden state its keys are
 */
public record DatastoreRequest(
    DatastoreName name, Path corpus, String corpusName, CorpusFormat format, KeyType key) {}
