package org.knnlm.lm.retrieval;

import java.util.OptionalInt;
import org.knnlm.lm.transformer.HiddenState;

/**
 * What is known of a datastore.
 *
 * @param keys number of keys
 * @param dimension length of a key
 * @param modelSha256 identity of the model whose hidden states the keys are; empty when unknown
 * @param key which hidden state they are
 * @param largestToken greatest token id among the values; empty when it is in the model's
 *     vocabulary
 */
public record Datastore(
    String name,
    long keys,
    int dimension,
    String modelSha256,
    HiddenState key,
    OptionalInt largestToken) {}
