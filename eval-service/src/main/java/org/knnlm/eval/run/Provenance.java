package org.knnlm.eval.run;

import java.util.List;
import java.util.Optional;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.ModelInfo;

/**
 * What a run's numbers depend on beside its {@link RunSpec}.
 *
 * @param model the model
 * @param textSha256 SHA-256 of the text file; empty in a run of tasks, which have digests of their
 *     own
 * @param datastores the datastore of each setting; empty where nobody could say
 * @param serviceVersion version of this service
 * @param gitRevision revision that this service was built from; empty when unknown
 */
public record Provenance(
    ModelInfo model,
    String textSha256,
    List<Optional<DatastoreInfo>> datastores,
    String serviceVersion,
    String gitRevision) {}
