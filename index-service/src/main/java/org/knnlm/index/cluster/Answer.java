package org.knnlm.index.cluster;

import org.knnlm.index.knn.Neighbors;

/**
 * Neighbours from the whole index, or from what could be reached of it.
 *
 * @param unsearchedKeys keys that nobody in reach holds
 */
public record Answer(Neighbors neighbors, long unsearchedKeys) {}
