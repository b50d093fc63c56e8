package org.knnlm.lm.retrieval;

import java.util.OptionalInt;

/**
 * Where and how neighbours are looked for; what differs in nothing but k and temperature shares a
 * search.
 *
 * @param nprobe lists that an IVF index visits; empty for the index's own setting
 * @param exactDistances replace the distances of what was found by exact ones
 * @param ownCall search without the queries of others, which may change last bits
 */
public record Search(
    String datastore, OptionalInt nprobe, boolean exactDistances, boolean ownCall) {}
