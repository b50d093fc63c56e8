package org.knnlm.index.catalog;

/**
 * What is open.
 *
 * @param datastores with or without an index
 * @param shards index files in memory
 * @param keys in those files
 */
public record Loaded(int datastores, int shards, long keys) {}
