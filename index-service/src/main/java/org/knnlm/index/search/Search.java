package org.knnlm.index.search;

/**
 * How to look for neighbours; queries that are looked for alike can share a call of faiss.
 *
 * @param k neighbours of each query
 * @param nprobe inverted lists to visit
 * @param exact whether distances are computed again from the stored keys
 */
record Search(int k, int nprobe, boolean exact) {}
