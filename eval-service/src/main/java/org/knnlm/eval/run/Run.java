package org.knnlm.eval.run;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A run.
 *
 * @param id its number, in the order of creation
 * @param spec what it measures
 * @param provenance what it measures it with
 * @param state where it is
 * @param attempt from 1; resuming and retrying begin the next
 * @param repeats the run that it was asked to repeat; empty for a new one
 * @param plan what there is to do; empty until the text is tokenised, and in a run of tasks
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
    int attempt,
    OptionalLong repeats,
    Optional<Plan> plan,
    Optional<String> error,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt) {}
