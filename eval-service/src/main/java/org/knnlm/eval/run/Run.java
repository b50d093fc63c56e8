package org.knnlm.eval.run;

import java.time.Instant;
import java.util.Optional;

/**
 * A run.
 *
 * @param id its number, in the order of creation
 * @param spec what it measures
 * @param provenance what it measures it with
 * @param state where it is
 * @param plan what there is to do; empty until the text is tokenised
 * @param error why it failed; empty otherwise
 * @param createdAt when it was asked for
 * @param startedAt when it began
 * @param finishedAt when it reached its final state
 */
public record Run(
    long id,
    RunSpec spec,
    Provenance provenance,
    RunState state,
    Optional<Plan> plan,
    Optional<String> error,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt) {}
