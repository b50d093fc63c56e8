package org.knnlm.eval.lm;

import java.util.Optional;

/**
 * A datastore that index-service sees.
 *
 * @param state LOADED, LOADING, UNLOADED (it is opened when it is first asked for) or FAILED
 * @param problem why it cannot be used; empty unless FAILED
 * @param info what its files say; empty when they cannot be read
 * @param index its index; empty when there is none, or while it is not loaded and has no manifest
 */
public record ListedDatastore(
    String name,
    String state,
    Optional<String> problem,
    Optional<DatastoreInfo> info,
    Optional<IndexReport> index) {}
